import CurationCore
import Foundation
import Inference
import TestKit
import Testing

@Suite struct OnnxSessionTests {
    private func unusable(_ error: InferenceError) -> String? {
        switch error {
        case .runtimeUnusable(_, let reason), .modelUnusable(_, let reason),
            .runFailed(_, let reason):
            reason
        default: nil
        }
    }

    @Test func `a missing runtime file is an error`() throws {
        let error = try #require(throws: InferenceError.self) {
            try OnnxRuntime.load("/nowhere/libonnxruntime.so.1")
        }
        #expect(unusable(error)?.contains("/nowhere/libonnxruntime.so.1") == true)
        #expect(error.description.contains("scripts/setup"))
    }

    @Test func `a file that is no library is an error`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(Array("text".utf8), to: "libonnxruntime.so.1")
        #expect(throws: InferenceError.self) { try OnnxRuntime.load(file.path) }
    }

    #if os(Linux)
    @Test func `a library without the runtime's symbol is an error`() throws {
        let error = try #require(throws: InferenceError.self) {
            try OnnxRuntime.load("libsqlite3.so.0")
        }
        #expect(unusable(error)?.contains("OrtGetApiBase") == true)
    }
    #endif
}

@Suite(.enabled(if: InstalledModels.arePresent, "run scripts/setup first"))
struct OnnxSessionOfInstalledRuntimeTests {
    private let runtime: OnnxRuntime

    init() throws { runtime = try InstalledModels.search.loadRuntime() }

    @Test func `the runtime tells its version`() {
        #expect(runtime.version.split(separator: ".").count == 3)
    }

    @Test func `several threads can load the runtime under several names at once`() async throws {
        let folder = try TemporaryFolder()
        let file = try #require(InstalledModels.search.runtimeFile)
        let links = try (0..<4).map { index in
            let link = folder.url.appending(path: "runtime-\(index).so").path
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
            return link
        }
        let versions = try await withThrowingTaskGroup(of: String.self) { group in
            for link in links {
                group.addTask { @concurrent in try OnnxRuntime.load(link).version }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(versions == Array(repeating: runtime.version, count: 4))
    }

    @Test func `a missing model is an error`() {
        #expect(throws: InferenceError.self) {
            try OnnxSession(model: "/nowhere/m.onnx", runtime: runtime)
        }
    }

    @Test(arguments: [0, 1, 1000, 9_000_000])
    func `a truncated model is an error`(size: Int) throws {
        let folder = try TemporaryFolder()
        let whole = try Data(contentsOf: URL(filePath: InstalledModels.modelFile()))
        let file = try folder.write(Array(whole.prefix(size)), to: "m.onnx")
        let error = try #require(throws: InferenceError.self) {
            try OnnxSession(model: file.path, runtime: runtime)
        }
        guard case .modelUnusable(file.path, let reason) = error else {
            Testing.Issue.record("\(error)")
            return
        }
        #expect(!reason.isEmpty)
        #expect(!reason.contains("\n"))
    }

    @Test func `a session describes its tensors`() throws {
        let session = try OnnxSession(model: InstalledModels.modelFile(), runtime: runtime)
        #expect(
            session.inputs == [
                TensorDescription(name: "image", isFloat: true, shape: [nil, 3, 224, 224])
            ]
        )
        #expect(
            session.outputs == [
                TensorDescription(name: "embedding", isFloat: true, shape: [nil, 1280]),
                TensorDescription(name: "logits", isFloat: true, shape: [nil, 1000]),
            ]
        )
    }

    @Test(arguments: [
        ("picture", 224, "embedding", 1280), ("image", 223, "embedding", 1280),
        ("image", 224, "vector", 1280), ("image", 224, "embedding", 1000),
    ])
    func `a name or shape that is not the model's is an error`(
        input: String,
        side: Int,
        output: String,
        count: Int
    ) throws {
        let session = try OnnxSession(model: InstalledModels.modelFile(), runtime: runtime)
        #expect(throws: InferenceError.self) {
            try session.run(
                input,
                [Float](repeating: 0, count: 3 * side * side),
                shape: [1, 3, side, side],
                output: output,
                outputShape: [1, count]
            )
        }
    }

    @Test func `an output of another batch size is an error, found by the runtime`() throws {
        let session = try OnnxSession(model: InstalledModels.modelFile(), runtime: runtime)
        let error = try #require(throws: InferenceError.self) {
            try session.run(
                "image",
                [Float](repeating: 0, count: 3 * 224 * 224),
                shape: [1, 3, 224, 224],
                output: "embedding",
                outputShape: [2, 1280]
            )
        }
        guard case .runFailed = error else {
            Testing.Issue.record("\(error)")
            return
        }
    }
}
