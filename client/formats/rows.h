#pragma once

// The functions of the rows of formats(): one file each.

#include "client/formats/conversion.h"
#include "client/formats/format.h"

namespace zimmock::client {

Result<std::unique_ptr<SourceReader>> open_zim_jsonl(const std::filesystem::path& path,
                                                     const FormatOptions& options);
bool is_zim_jsonl(std::string_view head, const std::filesystem::path& path);

Result<std::unique_ptr<SourceReader>> open_stream(const std::filesystem::path& path,
                                                  const FormatOptions& options);
bool is_stream(std::string_view head, const std::filesystem::path& path);

Result<std::unique_ptr<SourceReader>> open_telegram(const std::filesystem::path& path,
                                                    const FormatOptions& options);
bool is_telegram(std::string_view head, const std::filesystem::path& path);

Result<std::unique_ptr<SourceReader>> open_tencent(const std::filesystem::path& path,
                                                   const FormatOptions& options);
bool is_tencent(std::string_view head, const std::filesystem::path& path);

Result<std::unique_ptr<SourceReader>> open_sendbird(const std::filesystem::path& path,
                                                    const FormatOptions& options);
bool is_sendbird(std::string_view head, const std::filesystem::path& path);

Result<std::unique_ptr<SourceReader>> open_whatsapp(const std::filesystem::path& path,
                                                    const FormatOptions& options);
bool is_whatsapp(std::string_view head, const std::filesystem::path& path);

Result<std::unique_ptr<SourceReader>> open_mattermost(const std::filesystem::path& path,
                                                      const FormatOptions& options);
bool is_mattermost(std::string_view head, const std::filesystem::path& path);

Result<std::unique_ptr<SourceReader>> open_slack(const std::filesystem::path& path,
                                                 const FormatOptions& options);
bool is_slack(std::string_view head, const std::filesystem::path& path);

Result<std::unique_ptr<SourceReader>> open_easemob(const std::filesystem::path& path,
                                                   const FormatOptions& options);
bool is_easemob(std::string_view head, const std::filesystem::path& path);

Result<std::unique_ptr<SourceReader>> open_quarantine(const std::filesystem::path& path,
                                                      const FormatOptions& options);
bool is_quarantine(std::string_view head, const std::filesystem::path& path);

}  // namespace zimmock::client
