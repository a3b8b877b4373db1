/** Numbers from bytes, whatever the machine's byte order. */
#ifndef FRCNN_BYTES_H
#define FRCNN_BYTES_H

#include <stdint.h>

static inline uint32_t frcnn_get_be16(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 8 | bytes[1];
}

static inline uint32_t frcnn_get_be32(const uint8_t *bytes)
{
    return frcnn_get_be16(bytes) << 16 | frcnn_get_be16(bytes + 2);
}

static inline uint32_t frcnn_get_le16(const uint8_t *bytes)
{
    return (uint32_t)bytes[1] << 8 | bytes[0];
}

static inline uint32_t frcnn_get_le32(const uint8_t *bytes)
{
    return frcnn_get_le16(bytes + 2) << 16 | frcnn_get_le16(bytes);
}

#endif
