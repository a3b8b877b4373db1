/** NVIDIA's libraries for convolutions and products of matrices. They are never linked: the first who asks loads them, and
 *  a process runs as well without them. FRCNN_CUDA_LIBRARIES in the environment names those that may be loaded, such as
 *  "cudnn" or "cublaslt,cudnn"; empty: none.
 */
#ifndef FRCNN_CUDA_LIBRARIES_H
#define FRCNN_CUDA_LIBRARIES_H

#include <cublasLt.h>

/* 1 where the toolkit has cuDNN's headers; defined as 0, a build does without. */
#if !defined(FRCNN_HAVE_CUDNN) && __has_include(<cudnn.h>)
#include <cudnn.h>
#define FRCNN_HAVE_CUDNN (CUDNN_MAJOR >= 9)
#endif

/** cuBLASLt's functions, under their names without cublasLt. */
struct frcnn_cublaslt {
    decltype(&cublasLtGetVersion) GetVersion;
    decltype(&cublasLtGetStatusString) GetStatusString;
    decltype(&cublasLtCreate) Create;
    decltype(&cublasLtMatmul) Matmul;
    decltype(&cublasLtMatmulDescCreate) MatmulDescCreate;
    decltype(&cublasLtMatmulDescDestroy) MatmulDescDestroy;
    decltype(&cublasLtMatmulDescSetAttribute) MatmulDescSetAttribute;
    decltype(&cublasLtMatrixLayoutCreate) MatrixLayoutCreate;
    decltype(&cublasLtMatrixLayoutDestroy) MatrixLayoutDestroy;
    decltype(&cublasLtMatmulPreferenceCreate) MatmulPreferenceCreate;
    decltype(&cublasLtMatmulPreferenceDestroy) MatmulPreferenceDestroy;
    decltype(&cublasLtMatmulPreferenceSetAttribute) MatmulPreferenceSetAttribute;
    decltype(&cublasLtMatmulAlgoGetHeuristic) MatmulAlgoGetHeuristic;
    decltype(&cublasLtMatmulAlgoConfigGetAttribute) MatmulAlgoConfigGetAttribute;
};

/** nullptr where it is not found. Thread-safe, as is frcnn_cudnn_get. */
const frcnn_cublaslt *frcnn_cublaslt_get(void);

#if FRCNN_HAVE_CUDNN
/** cuDNN's functions, under their names without cudnn. */
struct frcnn_cudnn {
    decltype(&cudnnGetVersion) GetVersion;
    decltype(&cudnnGetErrorString) GetErrorString;
    decltype(&cudnnGetLastErrorString) GetLastErrorString;
    decltype(&cudnnCreate) Create;
    decltype(&cudnnSetStream) SetStream;
    decltype(&cudnnBackendCreateDescriptor) BackendCreateDescriptor;
    decltype(&cudnnBackendDestroyDescriptor) BackendDestroyDescriptor;
    decltype(&cudnnBackendSetAttribute) BackendSetAttribute;
    decltype(&cudnnBackendGetAttribute) BackendGetAttribute;
    decltype(&cudnnBackendFinalize) BackendFinalize;
    decltype(&cudnnBackendExecute) BackendExecute;
};

/** nullptr where it is not found. */
const frcnn_cudnn *frcnn_cudnn_get(void);
#endif

#endif
