#include "COnnxRuntime.h"
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// OrtApi is a table of function pointers that only ever grows at its end: upstream asserts
// that ReleaseCustomOpDomain, the last of version 1, stays at slot 101. All slots used here are
// of version 1, so any library since 1.0 will do.
enum {
    API_VERSION = 1,
    GET_ERROR_MESSAGE = 2,
    CREATE_ENV = 3,
    DISABLE_TELEMETRY_EVENTS = 6,
    CREATE_SESSION = 7,
    RUN = 9,
    CREATE_SESSION_OPTIONS = 10,
    SET_SESSION_GRAPH_OPTIMIZATION_LEVEL = 23,
    SET_INTRA_OP_NUM_THREADS = 24,
    SET_INTER_OP_NUM_THREADS = 25,
    SESSION_GET_INPUT_COUNT = 30,
    SESSION_GET_OUTPUT_COUNT = 31,
    SESSION_GET_INPUT_TYPE_INFO = 33,
    SESSION_GET_OUTPUT_TYPE_INFO = 34,
    SESSION_GET_INPUT_NAME = 36,
    SESSION_GET_OUTPUT_NAME = 37,
    CREATE_TENSOR_WITH_DATA_AS_ORT_VALUE = 49,
    CAST_TYPE_INFO_TO_TENSOR_INFO = 55,
    GET_TENSOR_ELEMENT_TYPE = 60,
    GET_DIMENSIONS_COUNT = 61,
    GET_DIMENSIONS = 62,
    CREATE_CPU_MEMORY_INFO = 69,
    ALLOCATOR_FREE = 76,
    GET_ALLOCATOR_WITH_DEFAULT_OPTIONS = 78,
    RELEASE_ENV = 92,
    RELEASE_STATUS = 93,
    RELEASE_MEMORY_INFO = 94,
    RELEASE_SESSION = 95,
    RELEASE_VALUE = 96,
    RELEASE_TYPE_INFO = 98,
    RELEASE_SESSION_OPTIONS = 100,
};

// Values of the enumerations that the calls take.
enum {
    ELEMENT_FLOAT = 1,
    LOG_LEVEL_FATAL = 4,
    OPTIMIZE_ALL = 99,
    ALLOCATOR_ARENA = 1,
    MEMORY_DEFAULT = 0,
};

typedef void *(*slot)(void);

typedef struct {
    const slot *(*get_api)(uint32_t version);
    const char *(*get_version)(void);
} api_base;

struct cort_runtime {
    const api_base *base;
    const slot *api;
    void *env;
    void *memory;
    void *allocator;
};

struct cort_session {
    const cort_runtime *runtime;
    void *session;
    size_t counts[2];
    char **names[2];
};

// Calls a slot that returns a status, through its true prototype.
#define CALL(runtime, number, prototype, ...)                                                      \
    (((void *(*)prototype)(runtime)->api[number])(__VA_ARGS__))

static void release(const cort_runtime *runtime, int number, void *object) {
    if (object) ((void (*)(void *))runtime->api[number])(object);
}

/// Copies a text to the caller's buffer, as one line.
static void report(char *message, size_t size, const char *text) {
    if (size == 0) return;
    snprintf(message, size, "%s", text);
    for (char *at = message; *at; at++) {
        if (*at == '\n' || *at == '\r') *at = ' ';
    }
}

/// Takes a status: 1 when it was a failure, whose message is then copied.
static int failed(const cort_runtime *runtime, void *status, char *message, size_t size) {
    if (!status) return 0;
    const char *(*text)(const void *) =
        (const char *(*)(const void *))runtime->api[GET_ERROR_MESSAGE];
    report(message, size, text(status));
    release(runtime, RELEASE_STATUS, status);
    return 1;
}

static int start(cort_runtime *runtime, char *message, size_t size) {
    // Errors come back as messages, so the library need not print them as well.
    if (failed(runtime,
               CALL(runtime, CREATE_ENV, (int, const char *, void **), LOG_LEVEL_FATAL, "winnow",
                    &runtime->env),
               message, size))
        return -1;
    // A library built without telemetry may refuse; there is nothing to switch off then.
    char ignored[8];
    failed(runtime, CALL(runtime, DISABLE_TELEMETRY_EVENTS, (const void *), runtime->env), ignored,
           sizeof ignored);
    if (failed(runtime,
               CALL(runtime, CREATE_CPU_MEMORY_INFO, (int, int, void **), ALLOCATOR_ARENA,
                    MEMORY_DEFAULT, &runtime->memory),
               message, size))
        return -1;
    if (failed(runtime,
               CALL(runtime, GET_ALLOCATOR_WITH_DEFAULT_OPTIONS, (void **), &runtime->allocator),
               message, size))
        return -1;
    return 0;
}

cort_runtime *cort_runtime_open(const char *path, char *message, size_t message_size) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        report(message, message_size, dlerror());
        return NULL;
    }
    const api_base *(*get_base)(void) = (const api_base *(*)(void))dlsym(library, "OrtGetApiBase");
    if (!get_base) {
        report(message, message_size, "it is no ONNX Runtime: it has no symbol OrtGetApiBase");
        dlclose(library);
        return NULL;
    }
    const api_base *base = get_base();
    const slot *api = base ? base->get_api(API_VERSION) : NULL;
    cort_runtime *runtime = api ? calloc(1, sizeof *runtime) : NULL;
    if (!runtime) {
        report(message, message_size,
               api ? "out of memory" : "it does not offer version 1 of its API");
        dlclose(library);
        return NULL;
    }
    runtime->base = base;
    runtime->api = api;
    if (start(runtime, message, message_size) != 0) {
        // The library stays loaded, because it may have registered handlers for the end of
        // the process. The allocator is its own.
        release(runtime, RELEASE_MEMORY_INFO, runtime->memory);
        release(runtime, RELEASE_ENV, runtime->env);
        free(runtime);
        return NULL;
    }
    return runtime;
}

const char *cort_runtime_version(const cort_runtime *runtime) {
    return runtime->base->get_version();
}

static void *open_model(const cort_runtime *runtime, const char *path, char *message, size_t size) {
    void *options = NULL, *session = NULL;
    if (failed(runtime, CALL(runtime, CREATE_SESSION_OPTIONS, (void **), &options), message, size))
        return NULL;
    int bad =
        failed(runtime, CALL(runtime, SET_INTRA_OP_NUM_THREADS, (void *, int), options, 1), message,
               size) ||
        failed(runtime, CALL(runtime, SET_INTER_OP_NUM_THREADS, (void *, int), options, 1), message,
               size) ||
        failed(runtime,
               CALL(runtime, SET_SESSION_GRAPH_OPTIMIZATION_LEVEL, (void *, int), options,
                    OPTIMIZE_ALL),
               message, size) ||
        failed(runtime,
               CALL(runtime, CREATE_SESSION, (const void *, const char *, const void *, void **),
                    runtime->env, path, options, &session),
               message, size);
    release(runtime, RELEASE_SESSION_OPTIONS, options);
    return bad ? NULL : session;
}

/// Copies the name of one input or output; NULL on failure.
static char *copy_name(const cort_session *session, cort_side side, size_t index, char *message,
                       size_t size) {
    const cort_runtime *runtime = session->runtime;
    int number = side == CORT_INPUT ? SESSION_GET_INPUT_NAME : SESSION_GET_OUTPUT_NAME;
    char *theirs = NULL;
    if (failed(runtime,
               CALL(runtime, number, (const void *, size_t, void *, char **), session->session,
                    index, runtime->allocator, &theirs),
               message, size))
        return NULL;
    char *ours = strdup(theirs);
    char ignored[8];
    failed(runtime, CALL(runtime, ALLOCATOR_FREE, (void *, void *), runtime->allocator, theirs),
           ignored, sizeof ignored);
    if (!ours) report(message, size, "out of memory");
    return ours;
}

static int read_names(cort_session *session, cort_side side, char *message, size_t size) {
    const cort_runtime *runtime = session->runtime;
    int number = side == CORT_INPUT ? SESSION_GET_INPUT_COUNT : SESSION_GET_OUTPUT_COUNT;
    size_t count = 0;
    if (failed(runtime,
               CALL(runtime, number, (const void *, size_t *), session->session, &count), message,
               size))
        return -1;
    session->names[side] = calloc(count + 1, sizeof(char *));
    if (!session->names[side]) {
        report(message, size, "out of memory");
        return -1;
    }
    session->counts[side] = count;
    for (size_t index = 0; index < count; index++) {
        session->names[side][index] = copy_name(session, side, index, message, size);
        if (!session->names[side][index]) return -1;
    }
    return 0;
}

cort_session *cort_session_open(const cort_runtime *runtime, const char *path, char *message,
                                size_t message_size) {
    cort_session *session = calloc(1, sizeof *session);
    if (!session) {
        report(message, message_size, "out of memory");
        return NULL;
    }
    session->runtime = runtime;
    session->session = open_model(runtime, path, message, message_size);
    if (!session->session || read_names(session, CORT_INPUT, message, message_size) != 0 ||
        read_names(session, CORT_OUTPUT, message, message_size) != 0) {
        cort_session_close(session);
        return NULL;
    }
    return session;
}

void cort_session_close(cort_session *session) {
    for (int side = CORT_INPUT; side <= CORT_OUTPUT; side++) {
        for (size_t index = 0; index < session->counts[side]; index++)
            free(session->names[side][index]);
        free(session->names[side]);
    }
    release(session->runtime, RELEASE_SESSION, session->session);
    free(session);
}

size_t cort_session_count(const cort_session *session, cort_side side) {
    return session->counts[side];
}

/// Reads the element type and the shape of a tensor.
static int read_shape(const cort_runtime *runtime, const void *tensor, cort_tensor_info *info,
                      char *message, size_t size) {
    int element = 0;
    size_t rank = 0;
    if (failed(runtime,
               CALL(runtime, GET_TENSOR_ELEMENT_TYPE, (const void *, int *), tensor, &element),
               message, size) ||
        failed(runtime,
               CALL(runtime, GET_DIMENSIONS_COUNT, (const void *, size_t *), tensor, &rank),
               message, size))
        return -1;
    if (rank > CORT_MAX_RANK) {
        report(message, size, "a tensor has more than 8 dimensions");
        return -1;
    }
    info->is_float = element == ELEMENT_FLOAT;
    info->rank = (int32_t)rank;
    return failed(runtime,
                  CALL(runtime, GET_DIMENSIONS, (const void *, int64_t *, size_t), tensor,
                       info->shape, rank),
                  message, size)
               ? -1
               : 0;
}

int cort_session_describe(const cort_session *session, cort_side side, size_t index,
                          cort_tensor_info *info, char *message, size_t message_size) {
    const cort_runtime *runtime = session->runtime;
    int number = side == CORT_INPUT ? SESSION_GET_INPUT_TYPE_INFO : SESSION_GET_OUTPUT_TYPE_INFO;
    void *type = NULL;
    const void *tensor = NULL;
    int result = -1;
    memset(info, 0, sizeof *info);
    info->name = session->names[side][index];
    if (failed(runtime,
               CALL(runtime, number, (const void *, size_t, void **), session->session, index,
                    &type),
               message, message_size))
        return -1;
    if (!failed(runtime,
                CALL(runtime, CAST_TYPE_INFO_TO_TENSOR_INFO, (const void *, const void **), type,
                     &tensor),
                message, message_size)) {
        // What is no tensor, a sequence for example, stays without shape and is no float.
        result = tensor ? read_shape(runtime, tensor, info, message, message_size) : 0;
    }
    release(runtime, RELEASE_TYPE_INFO, type);
    return result;
}

/// Wraps the caller's memory as a value; NULL on failure.
static void *wrap(const cort_runtime *runtime, const cort_tensor *tensor, char *message,
                  size_t size) {
    void *value = NULL;
    void *status = CALL(runtime, CREATE_TENSOR_WITH_DATA_AS_ORT_VALUE,
                        (const void *, void *, size_t, const int64_t *, size_t, int, void **),
                        runtime->memory, tensor->values, tensor->count * sizeof(float),
                        tensor->shape, tensor->rank, ELEMENT_FLOAT, &value);
    return failed(runtime, status, message, size) ? NULL : value;
}

int cort_session_run(const cort_session *session, const cort_tensor *input,
                     const cort_tensor *outputs, size_t output_count, char *message,
                     size_t message_size) {
    const cort_runtime *runtime = session->runtime;
    if (output_count > CORT_MAX_OUTPUTS) {
        report(message, message_size, "more outputs are asked for than fit one run");
        return -1;
    }
    const char *names[CORT_MAX_OUTPUTS];
    void *filled[CORT_MAX_OUTPUTS] = {0};
    void *given = wrap(runtime, input, message, message_size);
    int result = given ? 0 : -1;
    for (size_t index = 0; index < output_count && result == 0; index++) {
        names[index] = outputs[index].name;
        filled[index] = wrap(runtime, &outputs[index], message, message_size);
        if (!filled[index]) result = -1;
    }
    if (result == 0) {
        const void *inputs[] = {given};
        void *status =
            CALL(runtime, RUN,
                 (void *, const void *, const char *const *, const void *const *, size_t,
                  const char *const *, size_t, void **),
                 session->session, NULL, &input->name, inputs, 1, names, output_count, filled);
        if (failed(runtime, status, message, message_size)) result = -1;
    }
    for (size_t index = 0; index < output_count; index++)
        release(runtime, RELEASE_VALUE, filled[index]);
    release(runtime, RELEASE_VALUE, given);
    return result;
}
