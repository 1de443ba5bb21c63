#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace zimmock {

// The page with the data in place of the marker, which stands in a <script> and must be there.
// Whatever could end or nest a script begins with '<', which JSON has in strings only: it is
// spelled out there.
std::string fill_html_page(std::string_view page, std::string_view marker,
                           const nlohmann::json& data);

}  // namespace zimmock
