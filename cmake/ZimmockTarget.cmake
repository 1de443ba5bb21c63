# zimmock_flags: how we compile ourselves. Linked PRIVATE, so it never reaches a user who embeds us.
add_library(zimmock_flags INTERFACE)
target_compile_options(zimmock_flags INTERFACE -Wall -Wextra -Wconversion -Wshadow)
# Only with the compilers that we build with: newer ones warn of other things.
if(ZIMMOCK_WERROR AND NOT (CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 13)
   AND NOT (CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 15))
  target_compile_options(zimmock_flags INTERFACE -Werror)
endif()
if(ZIMMOCK_SANITIZE)
  target_compile_options(zimmock_flags INTERFACE -fsanitize=${ZIMMOCK_SANITIZE}
                                                 -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(zimmock_flags INTERFACE -fsanitize=${ZIMMOCK_SANITIZE})
endif()

# The headers of other libraries that most sources of the target include, precompiled: zimmock_precompile(<target> [<header>...]).
function(zimmock_precompile target)
  if(ZIMMOCK_PRECOMPILE)
    target_precompile_headers(${target} PRIVATE <algorithm> <map> <memory> <string> <vector> <nlohmann/json.hpp> ${ARGN})
  endif()
endfunction()

# zimmock_library(<name> SOURCES ... PUBLIC ... PRIVATE ...): static library zimmock_<name>,
# alias zimmock::<name>; includes are written from the repository's root.
function(zimmock_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(zimmock_${name} STATIC ${ARG_SOURCES})
  add_library(zimmock::${name} ALIAS zimmock_${name})
  set_target_properties(zimmock_${name} PROPERTIES EXPORT_NAME ${name})
  target_include_directories(zimmock_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
                                                    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
                                                    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/zimmock>)
  target_compile_features(zimmock_${name} PUBLIC cxx_std_20)
  target_link_libraries(zimmock_${name} PUBLIC ${ARG_PUBLIC}
                                        PRIVATE $<BUILD_INTERFACE:zimmock_flags> ${ARG_PRIVATE})
  zimmock_precompile(zimmock_${name} <fmt/format.h>)
endfunction()
