import Foundation
import Inference
import TestKit
import Testing

@Suite struct DependencySearchTests {
    @Test func `it searches the named folder, then upwards from the executable`() {
        let search = DependencySearch(
            environment: ["WINNOW_DEPS": "/named"],
            executable: "/opt/winnow/bin/winnow"
        )
        let expected = [
            "/named", "/opt/winnow/bin/.deps", "/opt/winnow/.deps", "/opt/.deps", "/.deps",
        ]
        #expect(search.folders == expected)
        #expect(search.namedRuntime == nil)
    }

    @Test func `an empty variable names nothing`() {
        let search = DependencySearch(
            environment: ["WINNOW_DEPS": "", "WINNOW_ONNXRUNTIME": ""],
            executable: nil
        )
        #expect(search.folders == [])
        #expect(search.namedRuntime == nil)
    }

    @Test func `a named runtime is taken even when there is another one`() throws {
        let folder = try TemporaryFolder()
        try folder.write([1], to: "lib/libonnxruntime.so.1")
        let named = DependencySearch(
            environment: ["WINNOW_DEPS": folder.url.path, "WINNOW_ONNXRUNTIME": "/other.so"],
            executable: nil
        )
        #expect(named.runtimeFile == "/other.so")
    }

    @Test func `the first folder that has a model wins`() throws {
        let first = try TemporaryFolder()
        let second = try TemporaryFolder()
        let third = try TemporaryFolder()
        try second.write([], to: "models/m.card.json")
        try third.write([], to: "models/m.card.json")
        let search = DependencySearch(folders: [first, second, third].map(\.url.path))
        #expect(try search.modelFolder(of: "m") == second.url.path + "/models")
    }

    @Test func `a missing model is an error that names the folders`() throws {
        let folder = try TemporaryFolder()
        let search = DependencySearch(folders: [folder.url.path, "/nowhere"])
        let error = InferenceError.modelNotFound(name: "m", searched: [folder.url.path])
        #expect(throws: error) { try search.modelFolder(of: "m") }
        #expect(error.description.contains("scripts/setup"))
    }
}
