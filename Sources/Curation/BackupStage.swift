public import Foundation
import Storage

/// Copies a data set as it is at one moment, and makes one again from a copy.
public struct BackupStage: Sendable {
    /// What was copied.
    public struct Report: Sendable, Codable {
        /// Where the copy is.
        public let folder: String
        /// How many files it has.
        public let files: Int
        /// Their size together.
        public let bytes: Int
    }

    private static let parts = ["features", "thumbnails", "copies"]

    private let dataset: Dataset

    /// Creates the stage.
    public init(dataset: Dataset) { self.dataset = dataset }

    /// Copies the data set into a folder that is not there yet, while others may work on it.
    ///
    /// The database is copied first: vectors, thumbnails and copies are only added, so that what it
    /// names is there. The copy is checked, and gets its name at the very end.
    ///
    /// - Throws: `CurationError.output` when the folder is there, `.storage` when the disk is full or
    ///   the copy does not verify.
    public func run(to folder: URL) throws -> Report {
        let files = FileManager.default
        guard !files.fileExists(atPath: folder.path) else {
            throw CurationError.output("\(folder.path) is there already: choose another folder")
        }
        let partial = folder.appendingPathExtension("partial")
        return try Self.explaining(folder) {
            try? files.removeItem(at: partial)
            try files.createDirectory(at: partial, withIntermediateDirectories: true)
            do {
                try rephrasing { () throws in try dataset.store.backup(to: partial) }
                try Self.copyParts(from: dataset.folder, to: partial)
                try Self.check(partial)
                try files.moveItem(at: partial, to: folder)
            } catch {
                try? files.removeItem(at: partial)
                throw error
            }
            return try Self.report(of: folder)
        }
    }

    /// Makes a data set from a copy, which is checked first.
    ///
    /// `overwrite`: Whether a data set that is there is put beside, as `….before-restore`.
    /// - Throws: `CurationError.input` when there is no backup, `.output` when a data set is there and
    ///   shall stay, `.storage` when the backup does not verify.
    public static func restore(_ backup: URL, to folder: URL, overwrite: Bool) throws -> Report {
        let files = FileManager.default
        try check(backup)
        let isThere = files.fileExists(atPath: folder.path)
        guard !isThere || overwrite else {
            throw CurationError.output(
                "\(folder.path) is there already: give --overwrite to put it beside"
            )
        }
        let partial = folder.appendingPathExtension("partial")
        let before = folder.appendingPathExtension("before-restore")
        return try explaining(folder) {
            try? files.removeItem(at: partial)
            try files.createDirectory(at: partial, withIntermediateDirectories: true)
            let source = try Dataset(opening: backup)
            try rephrasing { () throws in try source.store.backup(to: partial) }
            try copyParts(from: backup, to: partial)
            if isThere {
                guard !files.fileExists(atPath: before.path) else {
                    throw CurationError.output("\(before.path) is in the way: move it elsewhere")
                }
                try files.moveItem(at: folder, to: before)
            }
            try files.moveItem(at: partial, to: folder)
            return try report(of: folder)
        }
    }

    private static func check(_ folder: URL) throws {
        let report = try VerifyStage(dataset: try Dataset(opening: folder)).run()
        guard report.ok else {
            throw CurationError.storage(
                "\(folder.path) does not verify: \(report.problems.prefix(3).joined(separator: "; "))"
            )
        }
    }

    private static func copyParts(from source: URL, to target: URL) throws {
        for part in parts {
            let from = source.appending(path: part)
            guard FileManager.default.fileExists(atPath: from.path) else { continue }
            try FileManager.default.copyItem(at: from, to: target.appending(path: part))
        }
    }

    private static func report(of folder: URL) throws -> Report {
        var (count, bytes) = (0, 0)
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
            let facts = try FileManager.default.attributesOfItem(
                atPath: folder.appending(path: path).path
            )
            guard facts[.type] as? FileAttributeType == .typeRegular else { continue }
            count += 1
            bytes += (facts[.size] as? NSNumber)?.intValue ?? 0
        }
        return Report(folder: folder.path, files: count, bytes: bytes)
    }

    private static func explaining<T>(_ folder: URL, _ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let error as CocoaError where error.code == .fileWriteOutOfSpace {
            throw CurationError.storage("no room for \(folder.path): make room and run it again")
        } catch let error as CocoaError {
            throw CurationError.storage(
                "cannot write \(folder.path): \(error.localizedDescription)"
            )
        }
    }
}
