# Run by `cmake -P`: BUILD (our build), CONSUMER (its sources), WORK (a folder of its own), COMPILER,
# LAUNCHER, SANITIZE.
cmake_minimum_required(VERSION 3.25)

function(run what)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE out ERROR_VARIABLE out)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${what}: expected success, got ${status}\n${out}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
run("install" ${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
set(flags "-O0")
if(SANITIZE)
  string(APPEND flags " -fsanitize=${SANITIZE}")
  if(SANITIZE MATCHES "address")  # as our own libraries are then built
    string(APPEND flags " -fno-pie -no-pie")
  endif()
endif()
run("configure" ${CMAKE_COMMAND} -G Ninja -S ${CONSUMER} -B ${WORK}/build
    -DCMAKE_PREFIX_PATH=${WORK}/prefix -DCMAKE_CXX_COMPILER=${COMPILER}
    -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER} -DCMAKE_CXX_FLAGS=${flags})
run("build" ${CMAKE_COMMAND} --build ${WORK}/build)
run("test" ${CMAKE_CTEST_COMMAND} --test-dir ${WORK}/build --output-on-failure --no-tests=error)
run("the installed program" ${WORK}/prefix/bin/zimmock --version)
