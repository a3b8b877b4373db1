/* The machine that a pickle is a program for, as Python's pickletools describes it, without what runs code. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "checkpoint/pickle_node.h"
#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/utf8.h"

enum {
    MAX_PROTOCOL = 5,
    MAX_NAME = 256,
    MAX_MEMO = 1 << 22, /* a file of weights has some thousands */
    MAX_STACK = 1 << 24
};

typedef struct machine {
    frcnn_pickle *pickle;
    const unsigned char *data;
    size_t size, at;
    frcnn_pickle_node **stack;
    size_t n_stack, stack_capacity;
    size_t *marks; /* how high the stack was */
    size_t n_marks, marks_capacity;
    frcnn_pickle_node **memo;
    size_t memo_capacity;
    size_t n_put; /* how many values were put there: the next index of MEMOIZE */
} machine;

static const char *get_source(const machine *m)
{
    return m->pickle->rules.source;
}

static frcnn_status cut_short(const machine *m)
{
    return frcnn_fail(FRCNN_ERROR_FORMAT, "%s: the pickle is cut short: it ends after %zu bytes", get_source(m),
                      m->size);
}

/* n_bytes of the program, little-endian, as a number. */
static frcnn_status read_number(machine *m, int n_bytes, uint64_t *out)
{
    if (m->size - m->at < (size_t)n_bytes) return cut_short(m);
    *out = 0;
    for (int i = n_bytes - 1; i >= 0; i--) *out = *out << 8 | m->data[m->at + (size_t)i];
    m->at += (size_t)n_bytes;
    return FRCNN_OK;
}

/* A length of that many bytes, and the bytes that it counts. */
static frcnn_status read_counted(machine *m, int n_length, const char **bytes, size_t *n_bytes)
{
    uint64_t length = 0;
    FRCNN_TRY(read_number(m, n_length, &length));
    if (length > m->size - m->at) return cut_short(m);
    *bytes = (const char *)m->data + m->at;
    *n_bytes = (size_t)length;
    m->at += (size_t)length;
    return FRCNN_OK;
}

static frcnn_status grow(void **block, size_t n, size_t *capacity, size_t size)
{
    if (n < *capacity) return FRCNN_OK;
    const size_t wanted = *capacity == 0 ? 256 : 2 * *capacity;
    FRCNN_TRY(frcnn_realloc(block, *capacity, wanted, size, "a pickle"));
    *capacity = wanted;
    return FRCNN_OK;
}

static frcnn_status push(machine *m, frcnn_pickle_node *node)
{
    void *stack = m->stack;
    FRCNN_FAIL_IF(m->n_stack == MAX_STACK, FRCNN_ERROR_UNSUPPORTED, "%s: expected at most %d values on the stack",
                  get_source(m), MAX_STACK);
    FRCNN_TRY(grow(&stack, m->n_stack, &m->stack_capacity, sizeof *m->stack));
    m->stack = stack;
    m->stack[m->n_stack++] = node;
    return FRCNN_OK;
}

static frcnn_status push_new(machine *m, frcnn_pickle_node **out, frcnn_pickle_kind kind)
{
    FRCNN_TRY(frcnn_pickle_add(m->pickle, out, kind));
    return push(m, *out);
}

static frcnn_status push_integer(machine *m, frcnn_pickle_kind kind, int64_t value)
{
    frcnn_pickle_node *node = NULL;
    FRCNN_TRY(push_new(m, &node, kind));
    node->value.as.integer = value;
    return FRCNN_OK;
}

/* What is above the last mark, or all. */
static size_t get_height(const machine *m)
{
    return m->n_stack - (m->n_marks > 0 ? m->marks[m->n_marks - 1] : 0);
}

static frcnn_status need(const machine *m, size_t n)
{
    FRCNN_FAIL_IF(get_height(m) < n, FRCNN_ERROR_FORMAT,
                  "%s: byte %zu of the pickle: expected %zu values on the stack, found %zu", get_source(m), m->at - 1,
                  n, get_height(m));
    return FRCNN_OK;
}

static frcnn_status pop(machine *m, frcnn_pickle_node **out)
{
    FRCNN_TRY(need(m, 1));
    *out = m->stack[--m->n_stack];
    return FRCNN_OK;
}

/* Takes the last mark away; what was above it begins at *first. */
static frcnn_status pop_mark(machine *m, size_t *first)
{
    FRCNN_FAIL_IF(m->n_marks == 0, FRCNN_ERROR_FORMAT, "%s: byte %zu of the pickle: expected a mark on the stack",
                  get_source(m), m->at - 1);
    *first = m->marks[--m->n_marks];
    return FRCNN_OK;
}

static frcnn_status push_mark(machine *m)
{
    void *marks = m->marks;
    FRCNN_FAIL_IF(m->n_marks == MAX_STACK, FRCNN_ERROR_UNSUPPORTED, "%s: expected at most %d marks on the stack",
                  get_source(m), MAX_STACK);
    FRCNN_TRY(grow(&marks, m->n_marks, &m->marks_capacity, sizeof *m->marks));
    m->marks = marks;
    m->marks[m->n_marks++] = m->n_stack;
    return FRCNN_OK;
}

/* A container of the n values on top takes their place. */
static frcnn_status collect(machine *m, frcnn_pickle_kind kind, size_t n)
{
    frcnn_pickle_node *node = NULL;
    FRCNN_TRY(need(m, n));
    FRCNN_TRY(frcnn_pickle_add(m->pickle, &node, kind));
    for (size_t i = m->n_stack - n; i < m->n_stack; i++)
        FRCNN_TRY(frcnn_pickle_append(m->pickle, node, &m->stack[i]->value));
    m->n_stack -= n;
    return push(m, node);
}

static frcnn_status collect_marked(machine *m, frcnn_pickle_kind kind)
{
    size_t first = 0;
    FRCNN_TRY(pop_mark(m, &first));
    const size_t n = m->n_stack - first;
    FRCNN_FAIL_IF(kind == FRCNN_PICKLE_DICT && n % 2 != 0, FRCNN_ERROR_FORMAT,
                  "%s: byte %zu of the pickle: expected keys and values, found %zu of both", get_source(m), m->at - 1,
                  n);
    return collect(m, kind, n);
}

/* Hands everything from first up to the container below it; an opaque one forgets it. */
static frcnn_status fill(machine *m, frcnn_pickle_kind kind, size_t first)
{
    const size_t n = m->n_stack - first, step = kind == FRCNN_PICKLE_DICT ? 2 : 1;
    const size_t below = m->n_marks > 0 ? m->marks[m->n_marks - 1] : 0;
    FRCNN_FAIL_IF(first <= below || n % step != 0, FRCNN_ERROR_FORMAT,
                  "%s: byte %zu of the pickle: expected a container and its values", get_source(m), m->at - 1);
    frcnn_pickle_node *container = m->stack[first - 1];
    FRCNN_FAIL_IF(container->value.kind != kind && container->value.kind != FRCNN_PICKLE_OPAQUE, FRCNN_ERROR_FORMAT,
                  "%s: byte %zu of the pickle: expected a %s to fill, found another value", get_source(m), m->at - 1,
                  kind == FRCNN_PICKLE_DICT ? "dict" : "list");
    for (size_t i = first; i < m->n_stack && container->value.kind == kind; i++)
        FRCNN_TRY(frcnn_pickle_append(m->pickle, container, &m->stack[i]->value));
    m->n_stack = first;
    return FRCNN_OK;
}

static frcnn_status fill_top(machine *m, frcnn_pickle_kind kind, size_t n)
{
    FRCNN_TRY(need(m, n + 1));
    return fill(m, kind, m->n_stack - n);
}

static frcnn_status fill_marked(machine *m, frcnn_pickle_kind kind)
{
    size_t first = 0;
    FRCNN_TRY(pop_mark(m, &first));
    return fill(m, kind, first);
}

/* A set is opaque: no tensor is in one. */
static frcnn_status push_opaque(machine *m, const char *text)
{
    frcnn_pickle_node *node = NULL;
    FRCNN_TRY(frcnn_pickle_add_opaque(m->pickle, &node, text));
    return push(m, node);
}

static frcnn_status forget_marked(machine *m)
{
    size_t first = 0;
    FRCNN_TRY(pop_mark(m, &first));
    m->n_stack = first;
    return FRCNN_OK;
}

static frcnn_status push_bytes(machine *m, frcnn_pickle_kind kind, int n_length)
{
    frcnn_pickle_node *node = NULL;
    const char *bytes = NULL;
    size_t n_bytes = 0;
    FRCNN_TRY(read_counted(m, n_length, &bytes, &n_bytes));
    FRCNN_FAIL_IF(kind == FRCNN_PICKLE_TEXT && frcnn_utf8_get_valid(bytes, n_bytes) != n_bytes, FRCNN_ERROR_FORMAT,
                  "%s: expected text in UTF-8 in the pickle, found other bytes", get_source(m));
    FRCNN_TRY(push_new(m, &node, kind));
    node->value.as.text.bytes = bytes;
    node->value.as.text.n_bytes = n_bytes;
    return FRCNN_OK;
}

/* What Python 2 calls str: text where it reads as such, else bytes. */
static frcnn_status push_old_string(machine *m, int n_length)
{
    FRCNN_TRY(push_bytes(m, FRCNN_PICKLE_BYTES, n_length));
    frcnn_pickle_value *value = &m->stack[m->n_stack - 1]->value;
    if (frcnn_utf8_get_valid(value->as.text.bytes, value->as.text.n_bytes) == value->as.text.n_bytes)
        value->kind = FRCNN_PICKLE_TEXT;
    return FRCNN_OK;
}

/* Two's complement of any length. */
static frcnn_status push_long(machine *m, int n_length)
{
    const char *bytes = NULL;
    size_t n_bytes = 0;
    FRCNN_TRY(read_counted(m, n_length, &bytes, &n_bytes));
    if (n_bytes > sizeof(uint64_t)) return push_opaque(m, "int");
    uint64_t value = n_bytes > 0 && (bytes[n_bytes - 1] & 0x80) != 0 ? UINT64_MAX : 0;
    for (size_t i = n_bytes; i > 0; i--) value = value << 8 | (unsigned char)bytes[i - 1];
    return push_integer(m, FRCNN_PICKLE_INT, (int64_t)value);
}

static frcnn_status push_float(machine *m)
{
    frcnn_pickle_node *node = NULL;
    uint64_t bits = 0;
    FRCNN_TRY(read_number(m, 8, &bits));
    bits = __builtin_bswap64(bits);
    FRCNN_TRY(push_new(m, &node, FRCNN_PICKLE_FLOAT));
    memcpy(&node->value.as.number, &bits, sizeof bits);
    return FRCNN_OK;
}

static frcnn_status put(machine *m, uint64_t index)
{
    FRCNN_TRY(need(m, 1));
    FRCNN_FAIL_IF(index >= MAX_MEMO, FRCNN_ERROR_UNSUPPORTED,
                  "%s: expected at most %d values to be remembered by the pickle, found index %" PRIu64, get_source(m),
                  MAX_MEMO, index);
    while (index >= m->memo_capacity) {
        void *memo = m->memo;
        const size_t before = m->memo_capacity;
        FRCNN_TRY(grow(&memo, m->memo_capacity, &m->memo_capacity, sizeof *m->memo));
        m->memo = memo;
        memset(m->memo + before, 0, (m->memo_capacity - before) * sizeof *m->memo);
    }
    m->memo[index] = m->stack[m->n_stack - 1];
    m->n_put++;
    return FRCNN_OK;
}

static frcnn_status get(machine *m, int n_bytes)
{
    uint64_t index = 0;
    FRCNN_TRY(read_number(m, n_bytes, &index));
    FRCNN_FAIL_IF(index >= m->memo_capacity || m->memo[index] == NULL, FRCNN_ERROR_FORMAT,
                  "%s: byte %zu of the pickle: value %" PRIu64 " is asked for and was never remembered", get_source(m),
                  m->at, index);
    return push(m, m->memo[index]);
}

static frcnn_status put_number(machine *m, int n_bytes)
{
    uint64_t index = 0;
    FRCNN_TRY(read_number(m, n_bytes, &index));
    return put(m, index);
}

static frcnn_status push_name(machine *m, const char *module, const char *name)
{
    frcnn_pickle_node *node = NULL;
    FRCNN_TRY(frcnn_pickle_resolve(m->pickle, &node, module, name));
    return push(m, node);
}

/* A name as the opcodes have it: without NUL or line breaks, and no longer than names are. */
static frcnn_status copy_name(const machine *m, char out[MAX_NAME], const char *bytes, size_t n_bytes)
{
    FRCNN_FAIL_IF(n_bytes >= MAX_NAME || memchr(bytes, '\0', n_bytes) != NULL ||
                      frcnn_utf8_get_valid(bytes, n_bytes) != n_bytes,
                  FRCNN_ERROR_FORMAT, "%s: expected a name of at most %d bytes of text in the pickle", get_source(m),
                  MAX_NAME - 1);
    memcpy(out, bytes, n_bytes);
    out[n_bytes] = '\0';
    return FRCNN_OK;
}

static frcnn_status read_line(machine *m, char out[MAX_NAME])
{
    const unsigned char *line = m->data + m->at;
    const unsigned char *end = memchr(line, '\n', m->size - m->at);
    if (end == NULL) return cut_short(m);
    m->at += (size_t)(end - line) + 1;
    return copy_name(m, out, (const char *)line, (size_t)(end - line));
}

static frcnn_status push_global(machine *m)
{
    char module[MAX_NAME], name[MAX_NAME];
    FRCNN_TRY(read_line(m, module));
    FRCNN_TRY(read_line(m, name));
    return push_name(m, module, name);
}

static frcnn_status push_stack_global(machine *m)
{
    char texts[2][MAX_NAME];
    FRCNN_TRY(need(m, 2));
    for (size_t i = 0; i < 2; i++) {
        const frcnn_pickle_value *value = &m->stack[m->n_stack - 2 + i]->value;
        FRCNN_FAIL_IF(value->kind != FRCNN_PICKLE_TEXT, FRCNN_ERROR_FORMAT,
                      "%s: byte %zu of the pickle: expected a module and a name", get_source(m), m->at - 1);
        FRCNN_TRY(copy_name(m, texts[i], value->as.text.bytes, value->as.text.n_bytes));
    }
    m->n_stack -= 2;
    return push_name(m, texts[0], texts[1]);
}

/* A name is called with a tuple. What __new__ of a class gives is what the class gives. */
static frcnn_status call(machine *m)
{
    frcnn_pickle_node *arguments = NULL, *callable = NULL, *result = NULL;
    FRCNN_TRY(pop(m, &arguments));
    FRCNN_TRY(pop(m, &callable));
    FRCNN_TRY(frcnn_pickle_call(m->pickle, &result, callable, &arguments->value));
    return push(m, result);
}

static frcnn_status build(machine *m)
{
    frcnn_pickle_node *state = NULL;
    FRCNN_TRY(need(m, 2));
    FRCNN_TRY(pop(m, &state));
    return frcnn_pickle_build(m->pickle, m->stack[m->n_stack - 1], &state->value);
}

static frcnn_status push_storage(machine *m)
{
    frcnn_pickle_node *id = NULL, *storage = NULL;
    FRCNN_TRY(pop(m, &id));
    FRCNN_TRY(frcnn_pickle_add_storage(m->pickle, &storage, &id->value));
    return push(m, storage);
}

static frcnn_status pop_any(machine *m)
{
    frcnn_pickle_node *dropped = NULL;
    if (get_height(m) == 0 && m->n_marks > 0) return forget_marked(m);
    return pop(m, &dropped);
}

static frcnn_status duplicate(machine *m)
{
    FRCNN_TRY(need(m, 1));
    return push(m, m->stack[m->n_stack - 1]);
}

static frcnn_status check_protocol(machine *m)
{
    uint64_t protocol = 0;
    FRCNN_TRY(read_number(m, 1, &protocol));
    FRCNN_FAIL_IF(protocol > MAX_PROTOCOL, FRCNN_ERROR_UNSUPPORTED,
                  "%s: expected a pickle of protocol 2 to %d, found %" PRIu64, get_source(m), MAX_PROTOCOL, protocol);
    return FRCNN_OK;
}

/* A frame only says how much may be read at once. */
static frcnn_status skip_frame(machine *m)
{
    uint64_t length = 0;
    FRCNN_TRY(read_number(m, 8, &length));
    return length > m->size - m->at ? cut_short(m) : FRCNN_OK;
}

static frcnn_status push_int(machine *m, int n_bytes)
{
    uint64_t value = 0;
    FRCNN_TRY(read_number(m, n_bytes, &value));
    return push_integer(m, FRCNN_PICKLE_INT, n_bytes == 4 ? (int64_t)(int32_t)(uint32_t)value : (int64_t)value);
}

static frcnn_status run_opcode(machine *m, unsigned char opcode)
{
    frcnn_pickle_node *node = NULL;
    switch (opcode) {
    case 0x80: /* PROTO */
        return check_protocol(m);
    case 0x95: /* FRAME */
        return skip_frame(m);
    case '(': /* MARK */
        return push_mark(m);
    case '0': /* POP */
        return pop_any(m);
    case '1': /* POP_MARK */
        return forget_marked(m);
    case '2': /* DUP */
        return duplicate(m);
    case 'N': /* NONE */
        return push_new(m, &node, FRCNN_PICKLE_NONE);
    case 0x88: /* NEWTRUE */
    case 0x89: /* NEWFALSE */
        return push_integer(m, FRCNN_PICKLE_BOOL, opcode == 0x88);
    case 'J': /* BININT */
        return push_int(m, 4);
    case 'K': /* BININT1 */
        return push_int(m, 1);
    case 'M': /* BININT2 */
        return push_int(m, 2);
    case 0x8a: /* LONG1 */
        return push_long(m, 1);
    case 0x8b: /* LONG4 */
        return push_long(m, 4);
    case 'G': /* BINFLOAT */
        return push_float(m);
    case 'X': /* BINUNICODE */
        return push_bytes(m, FRCNN_PICKLE_TEXT, 4);
    case 0x8c: /* SHORT_BINUNICODE */
        return push_bytes(m, FRCNN_PICKLE_TEXT, 1);
    case 0x8d: /* BINUNICODE8 */
        return push_bytes(m, FRCNN_PICKLE_TEXT, 8);
    case 'B': /* BINBYTES */
        return push_bytes(m, FRCNN_PICKLE_BYTES, 4);
    case 'C': /* SHORT_BINBYTES */
        return push_bytes(m, FRCNN_PICKLE_BYTES, 1);
    case 0x8e: /* BINBYTES8 */
    case 0x96: /* BYTEARRAY8 */
        return push_bytes(m, FRCNN_PICKLE_BYTES, 8);
    case 'T': /* BINSTRING */
        return push_old_string(m, 4);
    case 'U': /* SHORT_BINSTRING */
        return push_old_string(m, 1);
    case '}': /* EMPTY_DICT */
        return push_new(m, &node, FRCNN_PICKLE_DICT);
    case ']': /* EMPTY_LIST */
        return push_new(m, &node, FRCNN_PICKLE_LIST);
    case ')': /* EMPTY_TUPLE */
        return push_new(m, &node, FRCNN_PICKLE_TUPLE);
    case 0x8f: /* EMPTY_SET */
        return push_opaque(m, "builtins.set");
    case 0x85: /* TUPLE1 */
    case 0x86: /* TUPLE2 */
    case 0x87: /* TUPLE3 */
        return collect(m, FRCNN_PICKLE_TUPLE, (size_t)(opcode - 0x84));
    case 't': /* TUPLE */
        return collect_marked(m, FRCNN_PICKLE_TUPLE);
    case 'l': /* LIST */
        return collect_marked(m, FRCNN_PICKLE_LIST);
    case 'd': /* DICT */
        return collect_marked(m, FRCNN_PICKLE_DICT);
    case 0x91: /* FROZENSET */
        FRCNN_TRY(forget_marked(m));
        return push_opaque(m, "builtins.frozenset");
    case 'a': /* APPEND */
        return fill_top(m, FRCNN_PICKLE_LIST, 1);
    case 'e':  /* APPENDS */
    case 0x90: /* ADDITEMS */
        return fill_marked(m, FRCNN_PICKLE_LIST);
    case 's': /* SETITEM */
        return fill_top(m, FRCNN_PICKLE_DICT, 2);
    case 'u': /* SETITEMS */
        return fill_marked(m, FRCNN_PICKLE_DICT);
    case 'q': /* BINPUT */
        return put_number(m, 1);
    case 'r': /* LONG_BINPUT */
        return put_number(m, 4);
    case 0x94: /* MEMOIZE */
        return put(m, m->n_put);
    case 'h': /* BINGET */
        return get(m, 1);
    case 'j': /* LONG_BINGET */
        return get(m, 4);
    case 'c': /* GLOBAL */
        return push_global(m);
    case 0x93: /* STACK_GLOBAL */
        return push_stack_global(m);
    case 'R':  /* REDUCE */
    case 0x81: /* NEWOBJ */
        return call(m);
    case 'b': /* BUILD */
        return build(m);
    case 'Q': /* BINPERSID */
        return push_storage(m);
    default:
        return frcnn_fail(FRCNN_ERROR_UNSUPPORTED,
                          "%s: byte %zu of the pickle: opcode 0x%02x is none that files of weights need", get_source(m),
                          m->at - 1, opcode);
    }
}

static frcnn_status run(machine *m)
{
    while (m->at < m->size) {
        const unsigned char opcode = m->data[m->at++];
        if (opcode != '.') {
            FRCNN_TRY(run_opcode(m, opcode));
            continue;
        }
        FRCNN_FAIL_IF(m->n_stack != 1 || m->n_marks != 0, FRCNN_ERROR_FORMAT,
                      "%s: expected one value at the end of the pickle, found %zu", get_source(m), m->n_stack);
        m->pickle->root = &m->stack[0]->value;
        return FRCNN_OK;
    }
    return cut_short(m);
}

static int is_container(const frcnn_pickle_value *value)
{
    return value->kind == FRCNN_PICKLE_TUPLE || value->kind == FRCNN_PICKLE_LIST || value->kind == FRCNN_PICKLE_DICT;
}

/* Walks down from the root; a container that is met inside itself makes a cycle. */
static frcnn_status check_cycles(const frcnn_pickle *pickle)
{
    enum { NOT_SEEN, OPEN, DONE };
    frcnn_pickle_node *node = (frcnn_pickle_node *)(uintptr_t)pickle->root;
    node->color = OPEN;
    while (node != NULL) {
        if (!is_container(&node->value) || node->at == node->value.as.list.n_items) {
            node->color = DONE;
            node = node->from;
            continue;
        }
        frcnn_pickle_node *next = (frcnn_pickle_node *)(uintptr_t)node->value.as.list.items[node->at++];
        FRCNN_FAIL_IF(next->color == OPEN, FRCNN_ERROR_UNSUPPORTED, "%s: the pickle has a container that holds itself",
                      pickle->rules.source);
        if (next->color == DONE) continue;
        next->color = OPEN;
        next->from = node;
        node = next;
    }
    return FRCNN_OK;
}

frcnn_status frcnn_pickle_read(frcnn_pickle **out, size_t *n_read, const unsigned char *data, size_t size,
                               const frcnn_pickle_rules *rules)
{
    void *memory = NULL;
    FRCNN_TRY(frcnn_alloc_zeroed(&memory, 1, sizeof(frcnn_pickle), "a pickle"));
    frcnn_pickle *pickle = memory;
    pickle->rules = *rules;
    pickle->size = size;
    machine m = {.pickle = pickle, .data = data, .size = size};
    frcnn_status status = run(&m);
    if (status == FRCNN_OK) status = check_cycles(pickle);
    frcnn_free(m.stack);
    frcnn_free(m.marks);
    frcnn_free(m.memo);
    if (status != FRCNN_OK) {
        frcnn_pickle_destroy(&pickle);
        return status;
    }
    *n_read = m.at;
    *out = pickle;
    return FRCNN_OK;
}
