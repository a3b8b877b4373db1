# Every library comes from the system. Those that only add an image format are optional, and the summary says what is lost.
find_package(PkgConfig REQUIRED)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
if(FRCNN_OPENMP)
  find_package(OpenMP REQUIRED COMPONENTS C)
endif()

find_package(dnnl CONFIG REQUIRED)
pkg_check_modules(CJSON REQUIRED IMPORTED_TARGET libcjson)
pkg_check_modules(NETTLE REQUIRED IMPORTED_TARGET nettle)
pkg_check_modules(EXIF REQUIRED IMPORTED_TARGET libexif)
find_path(STB_INCLUDE_DIR stb_image.h PATH_SUFFIXES stb REQUIRED)

pkg_check_modules(JPEG IMPORTED_TARGET libjpeg)
pkg_check_modules(TIFF IMPORTED_TARGET libtiff-4)
pkg_check_modules(WEBP IMPORTED_TARGET libwebp)
pkg_check_modules(FONTCONFIG IMPORTED_TARGET fontconfig)
