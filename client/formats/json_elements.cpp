#include "client/formats/json_elements.h"

#include <algorithm>
#include <bitset>
#include <iterator>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "client/formats/json_bytes.h"
#include "client/formats/line_file.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

using json = nlohmann::json;

constexpr std::size_t kMaxNesting = 64;
constexpr std::size_t kMaxPaths = 32;

// What nlohmann's parser reads from; the default one is the end.
struct ByteIterator {
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = char;

  JsonBytes* bytes = nullptr;

  char operator*() const { return bytes->current(); }
  ByteIterator& operator++() {
    bytes->advance();
    return *this;
  }
  bool at_end() const { return bytes == nullptr || bytes->done(); }
  bool operator==(const ByteIterator& other) const { return at_end() == other.at_end(); }
  bool operator!=(const ByteIterator& other) const { return !(*this == other); }
};

// Puts one value together. A container that was begun is on the stack until it ends.
class ValueBuilder {
 public:
  void clear() {
    root_ = nullptr;
    stack_.clear();
    problem_.reset();
  }

  void key(std::string& name) { stack_.back().key = std::move(name); }

  void put(json value) {
    json* place = slot();
    *place = std::move(value);
    if (place->is_structured()) stack_.push_back({place, {}});
  }

  void end() { stack_.pop_back(); }

  bool whole() const { return stack_.empty(); }
  std::size_t depth() const { return stack_.size(); }
  json take() { return std::move(root_); }
  std::optional<SourceProblem> take_problem() { return std::exchange(problem_, std::nullopt); }

 private:
  struct Open {
    json* value;
    std::string key;
  };

  json* slot() {
    if (stack_.empty()) return &root_;
    Open& top = stack_.back();
    if (top.value->is_array()) {
      top.value->push_back(nullptr);
      return &top.value->back();
    }
    const auto [place, added] = top.value->emplace(top.key, nullptr);
    if (!added && !problem_) {
      problem_ = SourceProblem{pointer(), "the member once", quote(top.key) + " twice"};
    }
    return &*place;
  }

  std::string pointer() const {
    std::string out;
    for (const Open& one : stack_) {
      out = one.value->is_array() ? pointer_to(out, one.value->size() - 1)
                                  : pointer_to(out, printable_line(one.key));
    }
    return out;
  }

  json root_;
  std::vector<Open> stack_;
  std::optional<SourceProblem> problem_;
};

std::vector<std::string_view> steps_of(std::string_view path) {
  std::vector<std::string_view> steps;
  while (!path.empty()) {
    const std::size_t end = path.find('/', 1);
    steps.push_back(path.substr(1, end == path.npos ? path.npos : end - 1));
    path.remove_prefix(end == path.npos ? path.size() : end);
  }
  return steps;
}

// Follows the parser through the document, knows where it is, and has what is wanted put together.
class ElementWatch : public nlohmann::json_sax<json> {
 public:
  // Without `take` it only notes what is there.
  ElementWatch(JsonBytes& bytes, std::span<const std::string_view> paths, const TakeElement* take)
      : bytes_(bytes), take_(take), seen_(paths.size(), false) {
    for (const std::string_view path : paths) paths_.push_back(steps_of(path));
  }

  bool null() override { return scalar(nullptr); }
  bool boolean(bool value) override { return scalar(value); }
  bool number_integer(number_integer_t value) override { return scalar(value); }
  bool number_unsigned(number_unsigned_t value) override { return scalar(value); }
  bool number_float(number_float_t value, const string_t&) override { return scalar(value); }
  bool string(string_t& value) override { return scalar(std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return start(json::object(), false); }
  bool start_array(std::size_t) override { return start(json::array(), true); }
  bool end_object() override { return end(); }
  bool end_array() override { return end(); }

  bool key(string_t& name) override {
    bytes_.token_ended();
    if (capturing_) {
      builder_.key(name);
    } else {
      key_ = std::move(name);
    }
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const json::exception& why) override {
    if (bytes_.error()) return false;
    std::string got = "an error after " + quote(bytes_.recent());
    if (std::string_view(why.what()).find("ill-formed UTF-8") != std::string_view::npos) {
      got = "bytes that are not UTF-8";
    } else if (bytes_.done()) {
      got = "its end";
    }
    return refuse("a JSON document in UTF-8", got);
  }

  void begin_document(std::size_t number) {
    document_ = number;
    open_.clear();
  }

  bool refuse(std::string_view expected, std::string_view got) {
    error_ = Error{ErrorKind::kInput,
                   fmt::format("line {}: expected {}, got {}", bytes_.line(), expected, got)};
    return false;
  }

  const std::optional<Error>& error() const { return error_; }
  bool taker_failed() const { return taker_failed_; }
  const std::vector<bool>& seen() const { return seen_; }

 private:
  using Paths = std::bitset<kMaxPaths>;

  struct Open {
    bool array;
    Paths through;  // the paths that lead here, and maybe further
    std::size_t elements = 0;
  };

  // Notes a value that begins: the paths that lead to it.
  Paths enter() {
    Paths here;
    for (std::size_t i = 0; i < paths_.size(); ++i) here[i] = leads_here(i);
    if (!open_.empty()) ++open_.back().elements;
    return here;
  }

  bool leads_here(std::size_t path) const {
    if (open_.empty()) return true;
    const auto& steps = paths_[path];
    const Open& top = open_.back();
    if (!top.through[path] || steps.size() < open_.size()) return false;
    const std::string_view step = steps[open_.size() - 1];
    return top.array ? step == "*" : step == key_ && step != "*";
  }

  // The path that ends at a value that begins, if one does.
  std::optional<std::size_t> end_of(const Paths& here) {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < paths_.size(); ++i) {
      if (!here[i] || paths_[i].size() != open_.size()) continue;
      seen_[i] = true;
      if (!found) found = i;
    }
    return take_ == nullptr ? std::nullopt : found;
  }

  bool scalar(json value) {
    bytes_.token_ended();
    if (!capturing_) {
      const auto path = end_of(enter());
      if (!path) return true;
      begin(*path);
    }
    builder_.put(std::move(value));
    return builder_.whole() ? deliver() : room();
  }

  bool start(json value, bool array) {
    bytes_.token_ended();
    if (!capturing_) {
      const Paths here = enter();
      const auto path = end_of(here);
      if (!path) {
        open_.push_back({array, here});
        return true;
      }
      begin(*path);
    }
    builder_.put(std::move(value));
    return room();
  }

  bool end() {
    bytes_.token_ended();
    if (!capturing_) {
      open_.pop_back();
      return true;
    }
    builder_.end();
    return builder_.whole() ? deliver() : true;
  }

  void begin(std::size_t path) {
    capturing_ = true;
    builder_.clear();
    element_ = {};
    element_.path = path;
    element_.document = document_;
    element_.line = bytes_.line();
    for (const Open& one : open_) {
      if (one.array) element_.at.push_back(one.elements - 1);
    }
    std::size_t index = 0;
    for (const std::string_view step : paths_[path]) {
      const bool each = step == "*";
      element_.pointer +=
          each ? fmt::format("/{}", element_.at[index++]) : fmt::format("/{}", step);
    }
    begins_ = bytes_.position();
  }

  bool room() {
    if (builder_.depth() > kMaxNesting) {
      return refuse(fmt::format("at most {} levels of nesting", kMaxNesting), "more");
    }
    if (bytes_.position() - begins_ > kMaxJsonValueBytes) {
      return refuse(fmt::format("a value of at most {} bytes", kMaxJsonValueBytes), "more");
    }
    return true;
  }

  bool deliver() {
    capturing_ = false;
    element_.value = builder_.take();
    element_.problem = builder_.take_problem();
    if (auto taken = (*take_)(element_); !taken) {
      error_ = taken.error();
      taker_failed_ = true;
      return false;
    }
    return true;
  }

  JsonBytes& bytes_;
  const TakeElement* take_;
  std::vector<std::vector<std::string_view>> paths_;  // their steps
  std::vector<bool> seen_;
  std::vector<Open> open_;
  std::string key_;
  std::size_t document_ = 0;

  bool capturing_ = false;
  std::uint64_t begins_ = 0;
  ValueBuilder builder_;
  JsonElement element_;

  std::optional<Error> error_;
  bool taker_failed_ = false;
};

bool parse_one(JsonBytes& bytes, ElementWatch& watch) {
  return json::sax_parse(ByteIterator{&bytes}, ByteIterator{}, &watch, json::input_format_t::json,
                         false);
}

}  // namespace

Result<void> read_json_elements(const std::filesystem::path& path,
                                std::span<const std::string_view> paths, const TakeElement& take,
                                const JsonReading& reading) {
  auto file = LineFile::open(path);
  if (!file) return tl::unexpected(file.error());
  JsonBytes bytes(*file, reading);
  ElementWatch watch(bytes, paths, &take);
  bool good = true;
  std::size_t number = 0;
  for (; good && bytes.skip_space(); ++number) {
    if (number > 0 && !reading.several) {
      good = watch.refuse("one JSON document", "more after its end");
    } else {
      watch.begin_document(number);
      good = parse_one(bytes, watch);
    }
  }
  if (number == 0) watch.refuse("a JSON document", "nothing");
  if (bytes.error()) return tl::unexpected(*bytes.error());
  if (!watch.error()) return {};
  if (watch.taker_failed()) return tl::unexpected(*watch.error());
  return fail(ErrorKind::kInput, fmt::format("{}: {}", path.string(), watch.error()->message));
}

std::vector<bool> json_paths_in(std::string_view head, std::span<const std::string_view> paths,
                                const JsonReading& reading) {
  JsonBytes bytes(head, reading);
  ElementWatch watch(bytes, paths, nullptr);
  if (bytes.skip_space()) parse_one(bytes, watch);
  return watch.seen();
}

bool has_json_path(std::string_view head, std::initializer_list<std::string_view> paths) {
  const auto seen = json_paths_in(head, std::span(paths.begin(), paths.size()));
  return std::find(seen.begin(), seen.end(), true) != seen.end();
}

}  // namespace zimmock::client
