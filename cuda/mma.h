/** Products of small matrices on tensor cores, by a whole warp. All take fragments of 16-byte chunks as frcnn_load_matrices
 *  gives them: a is 16 rows of 32 bytes (16 halves or 8 floats), b 8 rows of 32 bytes, both along K; d is the 16 x 8 sum in
 *  f32: lane l holds columns l % 4 * 2 and the next, d[0], d[1] of row l / 4 and d[2], d[3] of row l / 4 + 8. Each has a
 *  twin in plain C++ for the host grid. */
#ifndef FRCNN_MMA_H
#define FRCNN_MMA_H

#include "kernel.h"

/** A float's 10-bit fraction, ties away from zero; infinities and NaN stay. */
FRCNN_DEVICE uint32_t frcnn_round_to_tf32(uint32_t bits)
{
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
    uint32_t rounded;
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(rounded) : "f"(__uint_as_float(bits)));
    return rounded;
#else
    return (bits & 0x7f800000u) == 0x7f800000u ? bits : (bits + 0x1000u) & ~0x1fffu;
#endif
}

#if defined(FRCNN_HOST_GRID)

namespace frcnn_host_mma
{

/* What the lanes of a warp hand to each other, on the stack of lane 0. */
struct Lanes {
    const uint32_t *a[32];
    const uint32_t *b[32];
};

inline Lanes *publish(Lanes *mine, const uint32_t *a, const uint32_t *b)
{
    const unsigned lane = threadIdx.x % 32;
    Lanes *lanes =
        reinterpret_cast<Lanes *>((uintptr_t)__shfl_sync(0xffffffffu, (unsigned long long)(uintptr_t)mine, 0));
    lanes->a[lane] = a;
    lanes->b[lane] = b;
    __syncwarp();
    return lanes;
}

/* An element of 16 bytes of K: its lane among four, and its value in that lane's word. */
struct F16 {
    static constexpr int n_elements = 8;
    static int get_lane(int element) { return element / 2; }
    static float get(uint32_t word, int element)
    {
        return __half2float(__ushort_as_half((unsigned short)(element % 2 != 0 ? word >> 16 : word)));
    }
};

struct Bf16 : F16 {
    static float get(uint32_t word, int element)
    {
        return __bfloat162float(__ushort_as_bfloat16((unsigned short)(element % 2 != 0 ? word >> 16 : word)));
    }
};

struct Tf32 {
    static constexpr int n_elements = 4;
    static int get_lane(int element) { return element; }
    static float get(uint32_t word, int) { return __uint_as_float(word & ~0x1fffu); }
};

/* 32 bytes of K of a row: words first and first + stride of four lanes. */
template <typename Type>
void gather(float (&row)[2 * Type::n_elements], const uint32_t *const *lanes, int first, int stride)
{
    for (int i = 0; i < Type::n_elements; ++i) {
        const uint32_t *words = lanes[Type::get_lane(i)];
        row[i] = Type::get(words[first], i);
        row[Type::n_elements + i] = Type::get(words[first + stride], i);
    }
}

template <typename Type> void multiply(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2])
{
    constexpr int n = 2 * Type::n_elements;
    Lanes mine;
    const Lanes *lanes = publish(&mine, a, b);
    const int lane = (int)(threadIdx.x % 32);
    float rows[2][n];
    float columns[2][n];
    for (int i = 0; i < 2; ++i) {
        gather<Type>(rows[i], lanes->a + lane / 4 * 4, i, 2);
        gather<Type>(columns[i], lanes->b + (lane % 4 * 2 + i) * 4, 0, 1);
    }
    for (int i = 0; i < 4; ++i)
        for (int k = 0; k < n; ++k) d[i] += rows[i / 2][k] * columns[i % 2][k];
    __syncwarp();
}

} // namespace frcnn_host_mma

#endif

/** Four matrices of 8 rows of 16 bytes: lane l gives the address of row l % 8 of matrix l / 8 in shared memory, aligned to
 *  16, and gets word l % 4 of row l / 4 of each. */
FRCNN_DEVICE void frcnn_load_matrices(uint32_t (&words)[4], const void *row)
{
#if defined(FRCNN_HOST_GRID)
    const int lane = (int)(threadIdx.x % 32);
    for (int i = 0; i < 4; ++i) {
        const unsigned long long peer = __shfl_sync(0xffffffffu, (unsigned long long)(uintptr_t)row, i * 8 + lane / 4);
        words[i] = reinterpret_cast<const uint32_t *>((uintptr_t)peer)[lane % 4];
    }
#else
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(words[0]), "=r"(words[1]), "=r"(words[2]), "=r"(words[3])
                 : "r"((uint32_t)__cvta_generic_to_shared(row))
                 : "memory");
#endif
}

FRCNN_DEVICE void frcnn_mma_f16(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2])
{
#if defined(FRCNN_HOST_GRID)
    frcnn_host_mma::multiply<frcnn_host_mma::F16>(d, a, b);
#elif __CUDA_ARCH__ >= 800
    asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, "
        "%3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#else
    asm("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5}, {%6}, {%0, %1, %2, %3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(b[0]));
    asm("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5}, {%6}, {%0, %1, %2, %3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[2]), "r"(a[3]), "r"(b[1]));
#endif
}

/** On a GPU of compute capability 8.0 or more. */
FRCNN_DEVICE void frcnn_mma_bf16(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2])
{
#if defined(FRCNN_HOST_GRID)
    frcnn_host_mma::multiply<frcnn_host_mma::Bf16>(d, a, b);
#elif __CUDA_ARCH__ >= 800
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, "
        "%2, %3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#else
    __trap();
#endif
}

/** The lowest 13 bits of a and b count for nothing: round first. On a GPU of compute capability 8.0 or more. */
FRCNN_DEVICE void frcnn_mma_tf32(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2])
{
#if defined(FRCNN_HOST_GRID)
    frcnn_host_mma::multiply<frcnn_host_mma::Tf32>(d, a, b);
#elif __CUDA_ARCH__ >= 800
    asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, "
        "%3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#else
    __trap();
#endif
}

#endif
