import COnnxRuntime
import Synchronization

/// ONNX Runtime, loaded into this process, where it stays.
///
/// Unchecked, because the handle is written once and the library's environment may be used from
/// any thread.
@safe package final class OnnxRuntime: @unchecked Sendable {
    /// The version, for example `1.32.0`.
    package let version: String
    fileprivate let handle: OpaquePointer

    /// Those that are loaded, by path.
    ///
    /// The library cannot make its environment on one thread while another one makes or frees it,
    /// so all are made under this lock and none is freed.
    private static let loaded = Mutex<[String: OnnxRuntime]>([:])

    /// Loads the library at `path`, unless it is: a file, or a name for the system's loader.
    package static func load(_ path: String) throws(InferenceError) -> OnnxRuntime {
        try loaded.withLock { loaded throws(InferenceError) in
            if let runtime = loaded[path] { return runtime }
            let runtime = try OnnxRuntime(path: path)
            loaded[path] = runtime
            return runtime
        }
    }

    private init(path: String) throws(InferenceError) {
        var message = Message()
        guard let opened = unsafe cort_runtime_open(path, &message.bytes, Message.size) else {
            throw .runtimeUnusable(path: path, reason: message.text)
        }
        unsafe handle = opened
        version = unsafe String(cString: cort_runtime_version(opened))
    }
}

/// A model that is ready to run, on the threads of its callers.
///
/// Unchecked, because the handle is written once, and ONNX Runtime documents that one session may
/// be run by many threads at once.
@safe package final class OnnxSession: @unchecked Sendable {
    /// The model file.
    package let path: String
    /// What goes in.
    package let inputs: [TensorDescription]
    /// What comes out.
    package let outputs: [TensorDescription]
    private let handle: OpaquePointer

    /// Reads the model at `path`.
    package init(model path: String, runtime: OnnxRuntime) throws(InferenceError) {
        var message = Message()
        guard
            let opened = unsafe cort_session_open(
                runtime.handle,
                path,
                &message.bytes,
                Message.size
            )
        else { throw .modelUnusable(path: path, reason: message.text) }
        do {
            inputs = try unsafe Self.describe(opened, CORT_INPUT, path)
            outputs = try unsafe Self.describe(opened, CORT_OUTPUT, path)
        } catch {
            unsafe cort_session_close(opened)
            throw error
        }
        unsafe handle = opened
        self.path = path
    }

    deinit { unsafe cort_session_close(handle) }

    private static func describe(
        _ session: OpaquePointer,
        _ side: cort_side,
        _ path: String
    ) throws(InferenceError) -> [TensorDescription] {
        var tensors: [TensorDescription] = []
        for index in 0..<(unsafe cort_session_count(session, side)) {
            var info = unsafe cort_tensor_info()
            var message = Message()
            let code = unsafe cort_session_describe(
                session,
                side,
                index,
                &info,
                &message.bytes,
                Message.size
            )
            guard code == 0, let name = unsafe info.name else {
                throw .modelUnusable(path: path, reason: message.text)
            }
            let sizes = unsafe withUnsafeBytes(of: info.shape) { shape in
                unsafe Array(shape.bindMemory(to: Int64.self))
            }
            tensors.append(
                TensorDescription(
                    name: unsafe String(cString: name),
                    isFloat: unsafe info.is_float != 0,
                    shape: unsafe sizes.prefix(Int(info.rank)).map { $0 < 0 ? nil : Int($0) }
                )
            )
        }
        return tensors
    }

    /// Runs the model; names and shapes have been checked by `run`.
    func runUnchecked(
        _ input: String,
        _ values: [Float],
        shape: [Int],
        outputs: [(name: String, shape: [Int])]
    ) throws(InferenceError) -> [[Float]] {
        var message = Message()
        var results = outputs.map { [Float](repeating: 0, count: $0.shape.reduce(1, *)) }
        var tensors: [cort_tensor] = unsafe []
        let code: Int32 = unsafe values.withUnsafeBufferPointer { given in
            // The runtime's call wants mutable memory, but only reads an input.
            let given = unsafe UnsafeMutableBufferPointer(mutating: given)
            return unsafe Self.withTensor(input, given, shape) { given in
                unsafe Self.withTensors(outputs[...], &results, &tensors) { filled in
                    guard let first = filled.baseAddress else { return -1 }
                    return unsafe cort_session_run(
                        handle,
                        given,
                        first,
                        filled.count,
                        &message.bytes,
                        Message.size
                    )
                }
            }
        }
        guard code == 0 else { throw .runFailed(path: path, reason: message.text) }
        return results
    }

    /// Makes tensors of the memory of `results`, one after the other, and hands all of them over.
    private static func withTensors(
        _ outputs: ArraySlice<(name: String, shape: [Int])>,
        _ results: inout [[Float]],
        _ tensors: inout [cort_tensor],
        _ body: (UnsafeBufferPointer<cort_tensor>) -> Int32
    ) -> Int32 {
        guard let next = outputs.first else {
            return unsafe tensors.withUnsafeBufferPointer(body)
        }
        // Taken out, so that the array of arrays is not held while its element is.
        let index = outputs.startIndex
        var own: [Float] = []
        swap(&own, &results[index])
        defer { swap(&own, &results[index]) }
        return unsafe own.withUnsafeMutableBufferPointer { memory in
            unsafe withTensor(next.name, memory, next.shape) { tensor in
                unsafe tensors.append(tensor.pointee)
                return unsafe withTensors(outputs.dropFirst(), &results, &tensors, body)
            }
        }
    }

    private static func withTensor(
        _ name: String,
        _ memory: UnsafeMutableBufferPointer<Float>,
        _ shape: [Int],
        _ body: (UnsafePointer<cort_tensor>) -> Int32
    ) -> Int32 {
        guard let values = memory.baseAddress else { preconditionFailure("a tensor is not empty") }
        let sizes = shape.map(Int64.init)
        return unsafe name.withCString { name in
            unsafe sizes.withUnsafeBufferPointer { sizes in
                guard let first = sizes.baseAddress else {
                    preconditionFailure("an image tensor has dimensions")
                }
                var tensor = unsafe cort_tensor(
                    name: name,
                    shape: first,
                    rank: sizes.count,
                    values: values,
                    count: memory.count
                )
                return unsafe withUnsafePointer(to: &tensor, body)
            }
        }
    }
}

/// The buffer that the C calls write a message to.
private struct Message {
    static let size = 1024
    var bytes = [CChar](repeating: 0, count: Message.size)

    var text: String {
        String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
