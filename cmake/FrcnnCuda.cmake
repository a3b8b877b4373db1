# FRCNN_CUDA: whether the CUDA backend is built, and for which GPUs.
set(FRCNN_CUDA AUTO CACHE STRING "Build the CUDA backend: AUTO (where nvcc is found), ON or OFF")
set_property(CACHE FRCNN_CUDA PROPERTY STRINGS AUTO ON OFF)

set(FRCNN_HAVE_CUDA OFF)
if(FRCNN_CUDA STREQUAL "OFF")
  set(FRCNN_CUDA_LOST "FRCNN_CUDA is OFF")
else()
  include(CheckLanguage)
  check_language(CUDA)
  set(FRCNN_CUDA_LOST "no nvcc was found: no GPU can be used")
  if(CMAKE_CUDA_COMPILER)
    # All GPUs that the toolkit knows from Turing on, and PTX for those that come. One pass of the compiler makes the code of
    # every GPU that has the same instructions as far as these sources know, which takes half the time of a pass for each.
    # "native": this machine's.
    if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
      set(CMAKE_CUDA_ARCHITECTURES OFF)
      set(FRCNN_ALL_ARCHITECTURES ON)
    endif()
    enable_language(CXX)
    enable_language(CUDA)
    if(FRCNN_ALL_ARCHITECTURES)
      set(newest sm_90)
      if(CMAKE_CUDA_COMPILER_VERSION VERSION_GREATER_EQUAL 12.8)
        string(APPEND newest ,sm_100,sm_120)
      endif()
      set(FRCNN_CUDA_CODE --generate-code=arch=compute_75,code=[sm_75]
                          --generate-code=arch=compute_80,code=[sm_80,sm_86,sm_89]
                          --generate-code=arch=compute_90,code=[${newest},compute_90])
    endif()
    find_package(CUDAToolkit REQUIRED)
    find_file(FRCNN_CUDNN_HEADER cudnn.h HINTS ${CUDAToolkit_INCLUDE_DIRS})
    set(FRCNN_HAVE_CUDA ON)
  elseif(FRCNN_CUDA STREQUAL "ON")
    message(FATAL_ERROR "FRCNN_CUDA is ON, but no nvcc was found: set CMAKE_CUDA_COMPILER, or put it on the PATH")
  endif()
endif()
