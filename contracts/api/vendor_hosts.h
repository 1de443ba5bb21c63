#pragma once

#include <array>
#include <string_view>

namespace zimmock::inline contract {

// The hosts of the API that the vendor documents (docs/zim-api.md section 1); the first is for any
// region.
inline constexpr std::array<std::string_view, 7> kVendorHosts{
    "zim-api.zego.im",     "zim-api-sha.zego.im", "zim-api-hkg.zego.im", "zim-api-fra.zego.im",
    "zim-api-lax.zego.im", "zim-api-bom.zego.im", "zim-api-sgp.zego.im"};

}  // namespace zimmock::inline contract
