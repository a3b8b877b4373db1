# The files of the CUDA backend, in plain names from here. Two builds read this list: nvcc's, and the host grid of the tests.
# Bodies that the CPU runs too are compiled without contraction of a * b + c, so that both give the same bits; matrix
# kernels have no such twin.
set(FRCNN_CUDA_SOURCES
  anchor_grid.cu
  cuda_backend.cu
  cuda_check.cu
  cuda_devices.cu
  cuda_libraries.cu
  cuda_stream.cu
  map.cu
  max_pool2d.cu
  nms.cu
  postprocess.cu
  proposals.cu
  resize_normalize.cu
  roi_align.cu
  tensor_memory.cu
  tensor_ops.cu
  topk.cu
  upsample_nearest.cu
)
set(FRCNN_CUDA_MATRIX_SOURCES
  conv_choice.cu
  conv_cudnn.cu
  conv_depthwise.cu
  conv_gemm.cu
  conv_gemm_3xtf32.cu
  conv_gemm_bf16.cu
  conv_gemm_f16.cu
  conv_gemm_f32.cu
  conv_gemm_tf32.cu
  conv_weight.cu
  linear_cublaslt.cu
  network.cu
)
# Stages in Thrust, and their faster twins in CUB: they need CCCL's headers, and no grid on the host.
# Stages in Thrust, and their faster twins in CUB.
set(FRCNN_CUDA_THRUST_SOURCES
  cub_select.cu
  cub_sort.cu
  thrust_range.cu
  thrust_scan.cu
  thrust_select.cu
  thrust_sort.cu
)
