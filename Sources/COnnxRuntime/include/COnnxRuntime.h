#ifndef C_ONNX_RUNTIME_H
#define C_ONNX_RUNTIME_H
#include <stddef.h>
#include <stdint.h>

// The few calls we need of the ONNX Runtime C API. The library is loaded at run time, so
// that building needs none of it. Every failing call writes a message of one line, ended by
// zero and cut to `message_size` bytes, into the caller's buffer.

/// The most dimensions a tensor may have here.
#define CORT_MAX_RANK 8

/// A loaded library with its environment.
typedef struct cort_runtime cort_runtime;
/// A model that is ready to run. Runs may happen on several threads at once.
typedef struct cort_session cort_session;

/// Loads the library at `path`, a file or a name for the system's loader; NULL on failure.
/// It stays loaded until the process ends. One call at a time: the library's environment is
/// shared by the process, and making two at once fails.
cort_runtime *_Nullable cort_runtime_open(const char *_Nonnull path, char *_Nonnull message,
                                          size_t message_size);
/// The version of the library, for example "1.32.0"; lives as long as the process.
const char *_Nonnull cort_runtime_version(const cort_runtime *_Nonnull runtime);

/// Reads the model at `path`, to be run by the calling thread alone (no threads of its own);
/// NULL on failure.
cort_session *_Nullable cort_session_open(const cort_runtime *_Nonnull runtime,
                                          const char *_Nonnull path, char *_Nonnull message,
                                          size_t message_size);
/// Frees the session.
void cort_session_close(cort_session *_Nonnull session);

/// Which side of a model a tensor is on.
typedef enum { CORT_INPUT = 0, CORT_OUTPUT = 1 } cort_side;

/// What a model declares about one input or output.
typedef struct {
    /// Lives as long as the session.
    const char *_Nullable name;
    /// 1 when the numbers are 32-bit floats.
    int32_t is_float;
    /// Dimensions, at most CORT_MAX_RANK.
    int32_t rank;
    /// Their sizes; -1 where any size will do.
    int64_t shape[CORT_MAX_RANK];
} cort_tensor_info;

/// How many inputs or outputs the model has.
size_t cort_session_count(const cort_session *_Nonnull session, cort_side side);
/// Describes the input or output at `index`, which must be below the count; 0 on success.
int cort_session_describe(const cort_session *_Nonnull session, cort_side side, size_t index,
                          cort_tensor_info *_Nonnull info, char *_Nonnull message,
                          size_t message_size);

/// Floats in memory of the caller, to be read or to be filled.
typedef struct {
    const char *_Nonnull name;
    const int64_t *_Nonnull shape;
    size_t rank;
    float *_Nonnull values;
    size_t count;
} cort_tensor;

/// The most outputs that one run may fill.
#define CORT_MAX_OUTPUTS 4

/// Runs the model on `input` and fills `outputs`, at least one and at most CORT_MAX_OUTPUTS, whose
/// shapes must be those that come out; 0 on success.
int cort_session_run(const cort_session *_Nonnull session, const cort_tensor *_Nonnull input,
                     const cort_tensor *_Nonnull outputs, size_t output_count,
                     char *_Nonnull message, size_t message_size);
#endif
