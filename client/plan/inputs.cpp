#include "client/plan/inputs.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>

#include <fmt/format.h>
#include <glob.h>
#include <unistd.h>

#include "client/plan/input_digest.h"
#include "client/plan/joined_source.h"
#include "contracts/api/signature.h"
#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxInputs = 10'000;

// The folder's entries by name.
Result<std::vector<fs::path>> entries_of(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> out;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    out.push_back(at->path());
  std::sort(out.begin(), out.end());
  if (!error) return out;
  return fail(ErrorKind::kUsage,
              fmt::format("{}: could not read: {}", folder.string(), error.message()));
}

// The format whose export a folder is as a whole, or nullptr.
const Format* format_of_folder(const fs::path& folder) {
  for (const Format& row : formats()) {
    if (row.is_this("", folder)) return &row;
  }
  return nullptr;
}

// WhatsApp packs a chat with the files that were sent in it, which may be exported chats, too.
bool is_named_as_chat(const fs::path& path) {
  const std::string name = lower_ascii(path.filename().string());
  return name == "_chat.txt" || name.find("whatsapp") != name.npos;
}

std::vector<std::string> matches_of(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> out;
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0)
    out.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  return out;
}

class InputSearch {
 public:
  InputSearch(const Format* format, const fs::path& spool_folder, const fs::path& base)
      : format_(format), spool_folder_(spool_folder), base_(base) {}

  Result<void> argument(const std::string& named) {
    std::error_code ignored;
    const bool is_pattern = named.find_first_of("*?[") != named.npos;
    if (fs::exists(base_ / named, ignored) || !is_pattern) return named_path(named, base_ / named);
    const std::vector<std::string> all = matches_of((base_ / named).string());
    if (all.empty()) return fail(ErrorKind::kUsage, fmt::format("{}: no file matches", named));
    for (const fs::path one : all) {
      const bool relative = !base_.empty() && !fs::path(named).is_absolute();
      const std::string name = (relative ? one.lexically_relative(base_) : one).string();
      if (auto done = named_path(name, one); !done) return done;
    }
    return {};
  }

  Result<Inputs> take(bool one_named) {
    out_.is_single = one_named && out_.files.size() == 1 && !searched_;
    if (out_.files.size() > kMaxInputs) {
      return fail(ErrorKind::kUsage, fmt::format("expected at most {} inputs in one run, got {}",
                                                 kMaxInputs, out_.files.size()));
    }
    if (out_.files.size() > 1) {
      if (auto compared = refuse_equal(); !compared) return tl::unexpected(compared.error());
    }
    return std::move(out_);
  }

 private:
  Result<void> named_path(const std::string& named, const fs::path& path) {
    std::error_code ignored;
    const std::string name = fs::path(named).lexically_normal().string();
    const bool folder = fs::is_directory(path, ignored);
    if (!folder && !is_zip(path)) return file(name, path);
    const std::size_t before = out_.files.size();
    const std::size_t others = out_.no_chats.size();
    auto searched = folder ? this->folder(name, path, false) : archive(name, path);
    if (!searched) return searched;
    if (out_.files.size() > before) return {};
    // These say best what is missing.
    if (folder && format_ != nullptr) return file(name, path);
    if (auto checked = check_file(path); !checked) return checked;
    const std::size_t found = out_.no_chats.size() - others;
    return fail(
        ErrorKind::kUsage,
        fmt::format("{}: expected chat histories, got none in {} files{}; zimmock list "
                    "formats says what is read",
                    named, found, found == 0 ? "" : ", the first " + quote(out_.no_chats[others])));
  }

  Result<void> file(const std::string& name, const fs::path& path) {
    if (auto checked = check_file(path); !checked) return checked;
    const auto format = format_ == nullptr ? detect_format(path) : Result<const Format*>(format_);
    if (!format) return tl::unexpected(format.error());
    out_.files.push_back({name, path, *format, ""});
    return {};
  }

  Result<void> folder(const std::string& name, const fs::path& path, bool unpacked) {
    if (const Format* whole = format_of_folder(path)) {
      searched_ = searched_ || unpacked;
      take_found(name, path, whole);
      return {};
    }
    searched_ = true;
    const auto entries = entries_of(path);
    if (!entries) return tl::unexpected(entries.error());
    const bool has_chat =
        unpacked && std::any_of(entries->begin(), entries->end(), is_named_as_chat);
    for (const fs::path& entry : *entries) {
      const std::string inner = (fs::path(name) / entry.filename()).string();
      std::error_code ignored;
      if (fs::is_directory(fs::symlink_status(entry, ignored))) {
        if (auto done = folder(inner, entry, unpacked); !done) return done;
      } else if (!unpacked && is_zip(entry)) {
        if (auto done = archive(inner, entry); !done) return done;
      } else if (auto done = found(inner, entry, has_chat); !done) {
        return done;
      }
    }
    return {};
  }

  Result<void> archive(const std::string& name, const fs::path& path) {
    searched_ = true;
    auto unpacked = unpack_zip(path, spool_folder_);
    if (!unpacked) return tl::unexpected(unpacked.error());
    for (const std::string& inner : unpacked->left_packed()) {
      const std::string whole = (fs::path(name) / inner).string();
      if (equal_ignoring_case(fs::path(inner).extension().string(), ".zip"))
        return unreadable(whole, "an archive in an archive");
      out_.no_chats.push_back(whole);
    }
    out_.unpacked.push_back(*std::move(unpacked));
    return folder(name, out_.unpacked.back().path(), true);
  }

  // A file that may be a chat stops the search: nobody would miss it before it is too late.
  static tl::unexpected<Error> unreadable(const std::string& name, std::string_view why) {
    return fail(ErrorKind::kUsage,
                fmt::format("{}: expected a chat history, got {}; unpack or convert it, or move it "
                            "elsewhere",
                            name, why));
  }

  // A file that nobody has named.
  Result<void> found(const std::string& name, const fs::path& path, bool beside_chat) {
    std::error_code ignored;
    const bool regular = fs::is_regular_file(path, ignored);
    if (regular && ::access(path.c_str(), R_OK) != 0) {
      return fail(ErrorKind::kUsage,
                  fmt::format("{}: could not open: {}", name, std::strerror(errno)));
    }
    const auto known = regular ? detect_format(path) : Result<const Format*>(nullptr);
    if (regular && !known && is_named_as_chat(path) && path.extension() == ".txt") {
      const auto checked = check_file(path);
      return unreadable(name, checked ? "a text that is none" : checked.error().message);
    }
    const bool sent_in_chat = beside_chat && known && *known != nullptr && (*known)->is_personal &&
                              !is_named_as_chat(path);
    take_found(name, path, known && !sent_in_chat ? *known : nullptr);
    return {};
  }

  void take_found(const std::string& name, const fs::path& path, const Format* known) {
    if (known == nullptr || (format_ != nullptr && known != format_)) {
      out_.no_chats.push_back(name);
    } else {
      out_.files.push_back({name, path, known, ""});
    }
  }

  Result<void> refuse_equal() {
    std::map<std::string, const InputFile*> seen;
    for (InputFile& input : out_.files) {
      auto digest = input_digest(input.path);
      if (!digest) return tl::unexpected(digest.error());
      input.digest = *std::move(digest);
      const auto [first, is_new] = seen.try_emplace(input.digest, &input);
      if (is_new) continue;
      return fail(
          ErrorKind::kUsage,
          fmt::format("{}: expected each input once, got the content of {} again: leave one "
                      "out",
                      input.name, first->second->name));
    }
    return {};
  }

  const Format* format_;
  const fs::path& spool_folder_;
  const fs::path& base_;
  Inputs out_;
  bool searched_ = false;
};

// What was unpacked is named as the user has named it.
Error named(Error error, const InputFile& input) {
  const std::string path = input.path.string();
  if (path == input.name) return error;
  if (const auto at = error.message.find(path); at != error.message.npos)
    error.message.replace(at, path.size(), input.name);
  return error;
}

}  // namespace

Result<Inputs> find_inputs(std::span<const std::string> named, const Format* format,
                           const fs::path& spool_folder, const fs::path& folder) {
  InputSearch search(format, spool_folder, folder);
  for (const std::string& one : named) {
    if (auto done = search.argument(one); !done) return tl::unexpected(done.error());
  }
  return search.take(named.size() == 1);
}

Result<std::unique_ptr<SourceReader>> open_inputs(const Inputs& inputs,
                                                  const FormatOptions& options) {
  std::vector<JoinedInput> opened;
  for (const InputFile& input : inputs.files) {
    FormatOptions own = options;
    if (!inputs.is_single) {
      const fs::path name(input.name);
      std::error_code ignored;
      own.input = input.name;
      own.media_folder =
          fs::is_directory(input.path, ignored) ? input.name : name.parent_path().string();
    }
    auto reader = input.format->open(input.path, own);
    if (!reader) return tl::unexpected(named(reader.error(), input));
    if (inputs.is_single) return reader;
    opened.push_back({input.name, *std::move(reader)});
  }
  return join_sources(std::move(opened));
}

Result<std::string> digest_of(const Inputs& inputs) {
  if (inputs.files.size() == 1) return input_digest(inputs.files.front().path);
  std::string all;
  for (const InputFile& input : inputs.files) all += input.digest + "\n";
  return md5_hex(all);
}

std::string inputs_text(std::span<const std::string> named) {
  if (named.empty()) return "";
  if (named.size() == 1) return named.front();
  return fmt::format("{} and {} more input{}", named.front(), named.size() - 1,
                     named.size() == 2 ? "" : "s");
}

}  // namespace zimmock::client
