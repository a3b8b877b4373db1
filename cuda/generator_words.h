/** A generator's words on the GPU. Each state of the Mersenne Twister follows from the one before: the CPU draws, faster than
 *  the few threads that a state of 624 words feeds, and what is made of the words is made on the GPU.
 *
 *      frcnn_generator_words words(generator);
 *      FRCNN_TRY(words.open(n));
 *      for (int64_t i = 0; i < n; i += FRCNN_WORDS_PART) { … words.draw(n_here) … words.get() … }
 *      words.keep();
 */
#ifndef FRCNN_GENERATOR_WORDS_H
#define FRCNN_GENERATOR_WORDS_H

#include "tensor_memory.h"

extern "C" {
#include "tensor/random/generator.h"
}

/** Words that are drawn at a time; a multiple of what 16 numbers need. */
constexpr int64_t FRCNN_WORDS_PART = 1 << 20;

/** The generator stays where it was if this ends without keep: a call that fails draws nothing. */
class frcnn_generator_words
{
  public:
    explicit frcnn_generator_words(frcnn_generator *of);
    ~frcnn_generator_words();
    frcnn_generator_words(const frcnn_generator_words &) = delete;
    frcnn_generator_words &operator=(const frcnn_generator_words &) = delete;

    /** Once, for n words in all. Errors: NO_MEMORY, BACKEND. */
    FRCNN_NODISCARD frcnn_status open(int64_t n);
    /** The next n words, at most FRCNN_WORDS_PART, in the place of those before. Errors: BACKEND. */
    FRCNN_NODISCARD frcnn_status draw(int64_t n);
    /** In the GPU's memory. */
    const uint32_t *get() const { return device.get<uint32_t>(); }
    void keep() { is_kept = true; }

  private:
    frcnn_generator *generator;
    frcnn_generator before;
    bool is_kept;
    frcnn_scratch device;
    void *host;
};

#endif
