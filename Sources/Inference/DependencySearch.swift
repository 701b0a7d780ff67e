#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Finds ONNX Runtime and the models, in the folders that `scripts/setup` fills.
package struct DependencySearch: Sendable {
    /// Folders with `lib/` and `models/`, the first to be searched first.
    package let folders: [String]
    /// The library that `WINNOW_ONNXRUNTIME` names, if it does.
    package let namedRuntime: String?

    #if os(macOS)
    private static let libraryName = "libonnxruntime.dylib"
    #else
    private static let libraryName = "libonnxruntime.so.1"
    #endif

    /// Searches the given folders only, and takes `namedRuntime` when there is one.
    package init(folders: [String], namedRuntime: String? = nil) {
        self.folders = folders
        self.namedRuntime = namedRuntime
    }

    /// Searches `WINNOW_DEPS`, then `.deps` in the folders above the executable.
    ///
    /// Never the working directory: a library that lies beside somebody's pictures is not ours to
    /// run.
    package init(environment: [String: String], executable: String?) {
        var folders: [String] = []
        if let named = environment["WINNOW_DEPS"], !named.isEmpty { folders.append(named) }
        for folder in executable.map({ Self.upwards(from: Self.parent(of: $0)) }) ?? [] {
            let deps = folder == "/" ? "/.deps" : folder + "/.deps"
            if !folders.contains(deps) { folders.append(deps) }
        }
        let named = environment["WINNOW_ONNXRUNTIME"].flatMap { $0.isEmpty ? nil : $0 }
        self.init(folders: folders, namedRuntime: named)
    }

    /// Searches from this process's environment and executable.
    package static func ofThisProcess() -> DependencySearch {
        DependencySearch(
            environment: ProcessInfo.processInfo.environment,
            executable: executablePath()
        )
    }

    /// The library file to load: the named one, or else the first there is; nil leaves it to the
    /// system's loader.
    package var runtimeFile: String? {
        namedRuntime
            ?? folders.map { "\($0)/lib/\(Self.libraryName)" }
            .first(where: FileManager.default.fileExists)
    }

    /// The first folder `models` that has the card of the model called `name`.
    package func modelFolder(of name: String) throws(InferenceError) -> String {
        let found = folders.map { $0 + "/models" }.first { folder in
            FileManager.default.fileExists(atPath: "\(folder)/\(name).card.json")
        }
        guard let found else { throw .modelNotFound(name: name, searched: existingFolders) }
        return found
    }

    /// Loads the library file there is, or else the system's.
    package func loadRuntime() throws(InferenceError) -> OnnxRuntime {
        if let runtimeFile { return try OnnxRuntime.load(runtimeFile) }
        guard let runtime = try? OnnxRuntime.load(Self.libraryName) else {
            throw .runtimeNotFound(searched: existingFolders + ["the system's libraries"])
        }
        return runtime
    }

    /// The folders that are there; the others would only make a message long.
    private var existingFolders: [String] {
        folders.filter(FileManager.default.fileExists)
    }

    private static func upwards(from folder: String) -> [String] {
        var folder = folder
        var chain = [folder]
        while folder.count > 1 {
            folder = parent(of: folder)
            chain.append(folder)
        }
        return chain
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return "/" }
        return String(path[..<slash])
    }

    private static func executablePath() -> String? {
        let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let path = link ?? CommandLine.arguments.first
        return path.flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
}
