#include "generator_words.h"

extern "C" {
#include "tensor/error.h"
#include "tensor/memory.h"
}

frcnn_generator_words::frcnn_generator_words(frcnn_generator *of)
    : generator(of), before(*of), is_kept(false), host(nullptr)
{
}

frcnn_generator_words::~frcnn_generator_words()
{
    if (!is_kept) *generator = before;
    frcnn_free(host);
}

frcnn_status frcnn_generator_words::open(int64_t n)
{
    const size_t n_part = (size_t)(n < FRCNN_WORDS_PART ? n : FRCNN_WORDS_PART);
    FRCNN_TRY(frcnn_alloc(&host, n_part, sizeof(uint32_t), "random words"));
    return device.alloc(n_part * sizeof(uint32_t), "random words");
}

frcnn_status frcnn_generator_words::draw(int64_t n)
{
    frcnn_mt19937_draw(&generator->engine, n, static_cast<uint32_t *>(host));
    return frcnn_stream_ops_cuda.upload(frcnn_tensor_stream_get(), device.get<uint32_t>(), host,
                                        (size_t)n * sizeof(uint32_t));
}
