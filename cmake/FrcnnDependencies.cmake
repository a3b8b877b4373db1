# Every library comes from the system. Those that only add an image format are optional, and the summary says what is lost.
find_package(PkgConfig REQUIRED)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
if(FRCNN_OPENMP)
  find_package(OpenMP REQUIRED COMPONENTS C)
endif()

# Not by oneDNN's own CMake package: Debian 12's asks for the development files of OpenCL, which nothing here needs.
find_path(DNNL_INCLUDE_DIR oneapi/dnnl/dnnl.h REQUIRED)
find_library(DNNL_LIBRARY dnnl REQUIRED)
add_library(DNNL::dnnl UNKNOWN IMPORTED)
set_target_properties(DNNL::dnnl PROPERTIES IMPORTED_LOCATION ${DNNL_LIBRARY}
                                            INTERFACE_INCLUDE_DIRECTORIES ${DNNL_INCLUDE_DIR})
file(STRINGS ${DNNL_INCLUDE_DIR}/oneapi/dnnl/dnnl_version.h version_lines REGEX "define DNNL_VERSION_[A-Z]+ +[0-9]+")
string(REGEX REPLACE "[^0-9]*([0-9]+)[^0-9]+([0-9]+)[^0-9]+([0-9]+).*" "\\1.\\2.\\3" DNNL_VERSION "${version_lines}")
pkg_check_modules(CJSON REQUIRED IMPORTED_TARGET libcjson)
pkg_check_modules(NETTLE REQUIRED IMPORTED_TARGET nettle)
pkg_check_modules(EXIF REQUIRED IMPORTED_TARGET libexif)
pkg_check_modules(XML REQUIRED IMPORTED_TARGET libxml-2.0)
pkg_check_modules(ZIP REQUIRED IMPORTED_TARGET libzip)
find_path(STB_INCLUDE_DIR stb_image.h PATH_SUFFIXES stb REQUIRED)

pkg_check_modules(JPEG IMPORTED_TARGET libjpeg)
pkg_check_modules(TIFF IMPORTED_TARGET libtiff-4)
pkg_check_modules(WEBP IMPORTED_TARGET libwebp)
pkg_check_modules(FONTCONFIG IMPORTED_TARGET fontconfig)
