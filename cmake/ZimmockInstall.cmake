# What `cmake --install` puts where: the program, the libraries, the headers that <zimmock/mock_server.h>
# needs, and the package that find_package(zimmock) finds. Ours are static libraries, so the package
# looks for the libraries behind them too.
include(CMakePackageConfigHelpers)

install(TARGETS zimmock_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS zimmock_contracts zimmock_mock_server zimmock_client EXPORT zimmock_targets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY mock_server/include/zimmock DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY contracts client DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/zimmock
        FILES_MATCHING PATTERN "*.h" PATTERN "*.inc")
install(DIRECTORY mock_server/requests DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/zimmock/mock_server
        FILES_MATCHING PATTERN "*.h")
install(EXPORT zimmock_targets NAMESPACE zimmock:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/zimmock)

set(package_dir ${PROJECT_BINARY_DIR}/package)
configure_package_config_file(cmake/zimmock-config.cmake.in ${package_dir}/zimmock-config.cmake
                              INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/zimmock)
write_basic_package_version_file(${package_dir}/zimmock-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${package_dir}/zimmock-config.cmake ${package_dir}/zimmock-config-version.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/zimmock)
