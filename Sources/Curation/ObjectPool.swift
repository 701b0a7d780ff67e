import CurationCore
import Foundation

/// What the detector found in some open pictures, from which screens of crops are made.
///
/// It lies beside the vectors as `features/things.json`: it can be found again, so it is no part of the log.
struct ObjectPool: Codable {
    /// A thing that was found.
    struct Found: Codable {
        let sample: Sample.ID
        let label: Label
        let score: Double
    }

    /// How many pictures had been finished.
    let finished: Int
    /// The detector, `name@digest`.
    let source: String
    let found: [Found]

    init(finished: Int, source: String, found: [Found]) {
        self.finished = finished
        self.source = source
        self.found = found
    }

    private static func file(in folder: URL) -> URL {
        folder.appending(path: "features/things.json")
    }

    /// Reads what was found last in the data set in `folder`; nil where there is none that can be read.
    init?(in folder: URL) {
        guard let data = try? Data(contentsOf: Self.file(in: folder)),
            let pool = try? JSONDecoder().decode(ObjectPool.self, from: data)
        else { return nil }
        self = pool
    }

    /// Removes it, since it may speak of a picture that is to be forgotten.
    static func remove(from folder: URL) throws {
        let path = file(in: folder).path
        if FileManager.default.fileExists(atPath: path) {
            try FileManager.default.removeItem(atPath: path)
        }
    }

    /// Keeps it.
    ///
    /// - Throws: `CurationError.storage` where that cannot be written.
    func write(to folder: URL) throws {
        do {
            let file = Self.file(in: folder)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try JSONEncoder().encode(self).write(to: file, options: .atomic)
        } catch {
            throw CurationError.storage(
                "what was found cannot be written to \(folder.path): \(error.localizedDescription)"
            )
        }
    }
}
