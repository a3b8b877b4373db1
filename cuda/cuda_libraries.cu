#include "cuda_libraries.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>

#include <cuda_runtime_api.h>

extern "C" {
#include "tensor/cuda_devices.h"
}

#define STRING_OF(x) #x
#define STRING(x) STRING_OF(x)

/* 1 where FRCNN_CUDA_LIBRARIES leaves name in. */
static int is_allowed(const char *name)
{
    const char *allowed = getenv("FRCNN_CUDA_LIBRARIES");
    if (allowed == nullptr) return 1;
    const size_t length = strlen(name);
    for (const char *word = allowed; *word != '\0'; word += *word == ',') {
        const size_t n = strcspn(word, ",");
        if (n == length && strncmp(word, name, n) == 0) return 1;
        word += n;
    }
    return 0;
}

/* The first of the files that is found; nullptr where none is. It stays loaded. */
static void *open_first(const char *const *files)
{
    void *library = nullptr;
    for (; *files != nullptr && library == nullptr; files++) library = dlopen(*files, RTLD_NOW | RTLD_LOCAL);
    return library;
}

/* Clears *is_whole where the library lacks the function. */
template <typename Function> static void find(Function *out, void *library, const char *name, int *is_whole)
{
    *out = reinterpret_cast<Function>(dlsym(library, name));
    if (*out == nullptr) *is_whole = 0;
}

/* Version a * 10000 + b * 100 + c, as both libraries count. */
static void write_version(char text[FRCNN_CUDA_LIBRARY_TEXT], size_t version)
{
    (void)snprintf(text, FRCNN_CUDA_LIBRARY_TEXT, "%zu.%zu.%zu", version / 10000, version / 100 % 100, version % 100);
}

#define FIND(name) find(&functions->name, library, "cublasLt" #name, &is_whole)

static int load_cublaslt(frcnn_cublaslt *functions)
{
    /* That of our own runtime's major version before others: a newer one may ask for a newer driver. */
    static const char *const FILES[] = {"libcublasLt.so." STRING(CUBLAS_VER_MAJOR),
                                        "libcublasLt.so.13",
                                        "libcublasLt.so.12",
                                        "libcublasLt.so.11",
                                        "libcublasLt.so",
                                        nullptr};
    void *library = is_allowed("cublaslt") ? open_first(FILES) : nullptr;
    int is_whole = library != nullptr;
    if (library == nullptr) return 0;
    FIND(GetVersion);
    FIND(GetStatusString);
    FIND(Create);
    FIND(Matmul);
    FIND(MatmulDescCreate);
    FIND(MatmulDescDestroy);
    FIND(MatmulDescSetAttribute);
    FIND(MatrixLayoutCreate);
    FIND(MatrixLayoutDestroy);
    FIND(MatmulPreferenceCreate);
    FIND(MatmulPreferenceDestroy);
    FIND(MatmulPreferenceSetAttribute);
    FIND(MatmulAlgoGetHeuristic);
    FIND(MatmulAlgoConfigGetAttribute);
    return is_whole;
}

#undef FIND

const frcnn_cublaslt *frcnn_cublaslt_get(void)
{
    static frcnn_cublaslt functions;
    static const int is_loaded = load_cublaslt(&functions);
    return is_loaded ? &functions : nullptr;
}

#if FRCNN_HAVE_CUDNN

#define FIND(name) find(&functions->name, library, "cudnn" #name, &is_whole)

static int load_cudnn(frcnn_cudnn *functions)
{
    static const char *const FILES[] = {"libcudnn.so.9", "libcudnn.so", nullptr};
    void *library = is_allowed("cudnn") ? open_first(FILES) : nullptr;
    int is_whole = library != nullptr;
    if (library == nullptr) return 0;
    FIND(GetVersion);
    FIND(GetErrorString);
    FIND(GetLastErrorString);
    FIND(Create);
    FIND(SetStream);
    FIND(BackendCreateDescriptor);
    FIND(BackendDestroyDescriptor);
    FIND(BackendSetAttribute);
    FIND(BackendGetAttribute);
    FIND(BackendFinalize);
    FIND(BackendExecute);
    return is_whole && functions->GetVersion() / 10000 == 9;
}

#undef FIND

const frcnn_cudnn *frcnn_cudnn_get(void)
{
    static frcnn_cudnn functions;
    static const int is_loaded = load_cudnn(&functions);
    return is_loaded ? &functions : nullptr;
}

#endif

extern "C" void frcnn_cuda_get_libraries(frcnn_cuda_libraries *out)
{
    memset(out, 0, sizeof *out);
    const frcnn_cublaslt *cublaslt = frcnn_cublaslt_get();
    if (cublaslt != nullptr) write_version(out->cublaslt, cublaslt->GetVersion());
#if FRCNN_HAVE_CUDNN
    const frcnn_cudnn *cudnn = frcnn_cudnn_get();
    if (cudnn != nullptr) write_version(out->cudnn, cudnn->GetVersion());
#endif
}
