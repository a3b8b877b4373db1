# Options, and the flags they stand for as interface targets: nothing is set globally but the C standard.
option(BUILD_SHARED_LIBS "Build libfrcnn as a shared library" ON)
option(FRCNN_BUILD_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(FRCNN_BUILD_FUZZERS "Build the fuzz targets (clang)" OFF)
option(FRCNN_OPENMP "Compute in parallel with OpenMP" ON)
option(FRCNN_WARNINGS_AS_ERRORS "Fail on any compiler warning" OFF)
set(FRCNN_SANITIZE "" CACHE STRING "Sanitizers, as address,undefined")

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# What every file of ours is compiled with. Contraction is off so that a formula gives the same bits everywhere. Nobody asks
# errno about mathematics, nor floating-point exceptions: promising so lets loops vectorise and changes no bit.
add_library(frcnn_flags INTERFACE)
target_compile_definitions(frcnn_flags INTERFACE _GNU_SOURCE)
target_compile_options(frcnn_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -ffp-contract=off
                                             -fno-math-errno -fno-trapping-math
                                             -fvisibility=hidden)
if(FRCNN_WARNINGS_AS_ERRORS)
  target_compile_options(frcnn_flags INTERFACE -Werror)
endif()
if(FRCNN_SANITIZE)
  target_compile_options(frcnn_flags INTERFACE -fsanitize=${FRCNN_SANITIZE} -fno-omit-frame-pointer
                                               -fno-sanitize-recover=all -DFRCNN_NO_CLONES)
  target_link_options(frcnn_flags INTERFACE -fsanitize=${FRCNN_SANITIZE})
endif()
if(FRCNN_BUILD_FUZZERS)
  # So that libFuzzer sees which paths an input takes.
  target_compile_options(frcnn_flags INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(frcnn_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
target_include_directories(frcnn_flags INTERFACE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)

# frcnn_add_module(NAME SOURCES… ): one object library per folder of src.
function(frcnn_add_module name)
  add_library(frcnn_${name} OBJECT ${ARGN})
  target_link_libraries(frcnn_${name} PRIVATE frcnn_flags)
  if(FRCNN_OPENMP)
    target_link_libraries(frcnn_${name} PRIVATE OpenMP::OpenMP_C)
  endif()
endfunction()
