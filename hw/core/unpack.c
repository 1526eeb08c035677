// SPDX-License-Identifier: MIT
// Compressed kernels: gzip by zlib, zstd by libzstd. The output is limited, because a few hostile bytes can
// unpack to anything.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include "hw/core/image.h"
#ifdef HAVE_ZSTD
#include <zstd.h>
#include "tcg/base/fail.h"
#endif

enum { UNPACKED_MAX = 1 << 30, FIRST = 1 << 20 };

// Makes room for more output: false at the limit.
static bool grow(uint8_t **out, size_t *capacity) {
    if (*capacity >= UNPACKED_MAX) return false;
    *capacity = *capacity ? *capacity * 2 : FIRST;
    uint8_t *more = realloc(*out, *capacity);
    if (more) *out = more;
    return more != NULL;
}

static void take(uint8_t **data, size_t *size, uint8_t *out, size_t n) {
    free(*data);
    *data = out;
    *size = n;
}

bool unpack_gzip(uint8_t **data, size_t *size, char *error, size_t error_size) {
    uint8_t *out = NULL;
    size_t capacity = 0;
    z_stream z = {.next_in = *data, .avail_in = (uInt)*size};
    if (*size > UNPACKED_MAX || inflateInit2(&z, 16 + MAX_WBITS) != Z_OK)
        return FAIL("gzip data cannot be read");
    int code = Z_OK;
    while (code == Z_OK) {
        if (z.total_out == capacity && !grow(&out, &capacity)) break;
        z.next_out = out + z.total_out;
        z.avail_out = (uInt)(capacity - z.total_out);
        code = inflate(&z, Z_NO_FLUSH);
        if (code == Z_BUF_ERROR) break; // cut short
    }
    size_t n = z.total_out;
    inflateEnd(&z);
    if (code == Z_STREAM_END) return take(data, size, out, n), true;
    free(out);
    return FAIL(code == Z_OK ? "gzip data unpacks to more than 1 GiB" : "gzip data is damaged or cut short");
}

#ifdef HAVE_ZSTD
bool unpack_zstd(uint8_t **data, size_t *size, char *error, size_t error_size) {
    uint8_t *bytes = NULL;
    size_t capacity = 0, left = 1;
    ZSTD_DStream *z = ZSTD_createDStream();
    ZSTD_inBuffer in = {*data, *size, 0};
    ZSTD_outBuffer out = {NULL, 0, 0};
    while (left && !ZSTD_isError(left)) {
        if (out.pos == capacity && !grow(&bytes, &capacity)) break;
        out.dst = bytes;
        out.size = capacity;
        size_t before_in = in.pos, before_out = out.pos;
        left = ZSTD_decompressStream(z, &out, &in);
        if (in.pos == before_in && out.pos == before_out) break; // no progress: cut short
    }
    ZSTD_freeDStream(z);
    if (!left) return take(data, size, bytes, out.pos), true;
    free(bytes);
    return FAIL("zstd data is damaged, cut short or unpacks to more than 1 GiB");
}
#else
bool unpack_zstd(uint8_t **data, size_t *size, char *error, size_t error_size) {
    return FAIL("it is packed with zstd, which this build was made without (install libzstd-dev)");
}
#endif
