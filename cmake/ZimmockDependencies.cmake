# Everything comes from the system's packages; ./dev names and installs them.
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(CURL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(fmt REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tl-expected REQUIRED)
find_package(date REQUIRED)

# Debian and Ubuntu ship cpp-httplib with a pkg-config file; its flags must match how
# the library was compiled (TLS, zlib, brotli), so they are taken from there.
find_package(PkgConfig REQUIRED)
pkg_check_modules(CPP_HTTPLIB REQUIRED IMPORTED_TARGET cpp-httplib)
pkg_check_modules(MINIZIP REQUIRED IMPORTED_TARGET minizip)
