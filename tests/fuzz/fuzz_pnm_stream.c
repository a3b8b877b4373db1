/* Of any bytes a stream makes images whose bytes are those of the stream, one behind the other, then one error or none. */
#include <string.h>

#include "fuzz.h"
#include "run/pnm_stream.h"
#include "tensor/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[32];
    const int file = fuzz_make_file(path, data, size);
    FUZZ_CHECK(lseek(file, 0, SEEK_SET) == 0);
    frcnn_pnm_stream *stream = NULL;
    FUZZ_CHECK(frcnn_pnm_stream_create(&stream, file, -1, 1 << 16) == FRCNN_OK);
    size_t n_done = 0;
    for (;;) {
        void *bytes = NULL;
        size_t n_bytes = 0;
        const frcnn_status status = frcnn_pnm_stream_read(stream, "image", &bytes, &n_bytes);
        if (status != FRCNN_OK) FUZZ_CHECK(bytes == NULL && strncmp(frcnn_error_message(), "image: ", 7) == 0);
        if (bytes == NULL) break;
        FUZZ_CHECK(n_bytes <= size - n_done && memcmp(bytes, data + n_done, n_bytes) == 0);
        n_done += n_bytes;
        frcnn_free(bytes);
    }
    frcnn_pnm_stream_destroy(&stream);
    close(file);
    return 0;
}
