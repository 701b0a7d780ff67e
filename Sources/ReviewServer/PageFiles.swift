import Foundation
import HTTPTypes
import Hummingbird

/// The files of the page, kept in memory: nothing but these names can be asked for.
struct PageFiles: Sendable {
    private struct File {
        let bytes: [UInt8]
        let type: String
    }

    private let files: [String: File]

    /// Reads the files that were installed with the program.
    init() throws {
        let folder = Bundle.module.bundleURL.appending(path: "Public")
        var files: [String: File] = [:]
        for url in (try? FileManager.default.contentsOfDirectory(at: folder)) ?? [] {
            guard let type = Self.types[url.pathExtension] else { continue }
            let bytes = Array(try Data(contentsOf: url))
            files[url.lastPathComponent] = File(
                bytes: url.pathExtension == "js" ? PageScript.lean(bytes) : bytes,
                type: type
            )
        }
        guard files["index.html"] != nil else {
            throw ReviewServerError.missingPage(path: folder.path)
        }
        self.files = files
    }

    func add(to router: Router<ReviewContext>) {
        router.get("/") { request, _ in try answer("index.html", to: request) }
        router.get(":file") { request, context in
            try answer(context.parameters.get("file") ?? "", to: request)
        }
    }

    private func answer(_ name: String, to request: Request) throws -> Response {
        guard let file = files[name] else { throw RequestRefusal.notFound }
        return .cached(file.bytes, type: file.type, request: request, cacheControl: "no-cache")
    }

    private static let types = [
        "html": "text/html; charset=utf-8",
        "css": "text/css; charset=utf-8",
        "js": "text/javascript; charset=utf-8",
        "svg": "image/svg+xml",
    ]
}

extension FileManager {
    fileprivate func contentsOfDirectory(at folder: URL) throws -> [URL] {
        try contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    }
}
