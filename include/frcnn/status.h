/** What can go wrong, and how to read about it.
 *
 *      frcnn_image *image = NULL;
 *      if (frcnn_image_open(&image, "a.jpg", NULL) != FRCNN_OK)
 *          fprintf(stderr, "%s\n", frcnn_error_message());
 */
#ifndef FRCNN_STATUS_H
#define FRCNN_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define FRCNN_API __attribute__((visibility("default")))
#define FRCNN_NODISCARD __attribute__((warn_unused_result))
#else
#define FRCNN_API
#define FRCNN_NODISCARD
#endif

/** The result of every function that can fail. The values never change between releases. */
typedef enum frcnn_status {
    FRCNN_OK = 0,
    FRCNN_ERROR_INVALID = 1,     /**< an argument, option or shape that the function does not take */
    FRCNN_ERROR_NO_MEMORY = 2,   /**< an allocation failed, or --max-memory leaves no room */
    FRCNN_ERROR_IO = 3,          /**< a file or folder could not be opened, read or written */
    FRCNN_ERROR_FORMAT = 4,      /**< a file's content is not what its format asks for */
    FRCNN_ERROR_UNSUPPORTED = 5, /**< well-formed, but nothing here reads or runs it */
    FRCNN_ERROR_EXISTS = 6,      /**< an output is there already and was not to be replaced */
    FRCNN_ERROR_INTERRUPTED = 7, /**< stopped on request; what was finished is whole */
    FRCNN_ERROR_BACKEND = 8      /**< oneDNN or CUDA refused or failed */
} frcnn_status;

/** The message of this thread's last failure: what it was about (file, tensor, option), what was expected and what
 *  was found. Read it only after a function returned an error; it stays until the thread's next failure. Never NULL. */
FRCNN_API const char *frcnn_error_message(void);

#ifdef __cplusplus
}
#endif
#endif
