import CurationCore
import Foundation

/// A file of vectors: a header of 64 bytes, then rows of little-endian 32-bit floats.
///
/// The header: `WINNOWF1`, then the dimension as a 64-bit little-endian number, then zeros. Rows are
/// appended; a row counts only when the database knows it, so what a killed process left behind the
/// last known row is written over.
struct FeatureFile: Sendable {
    static let magic = Array("WINNOWF1".utf8)
    static let headerSize = 64
    // Numbers that are read or written at a time, so that the vectors are not in memory twice.
    private static let piece = 1 << 22

    let url: URL
    let dimension: Int

    private var rowBytes: Int { dimension * MemoryLayout<Float>.size }

    /// Writes rows from `firstRow` on and waits until they are on the disk.
    ///
    /// - Throws: `StorageError.featureFile` when the rows before are not there, `.full`.
    func write(_ values: [Float], at firstRow: Int) throws(StorageError) {
        guard isWhole(upTo: firstRow) else {
            throw .featureFile(path: url.path, reason: "it is gone or ends before row \(firstRow)")
        }
        do {
            if !FileManager.default.fileExists(atPath: url.path) {
                try Data(header).write(to: url, options: .atomic)
            }
            let handle = try FileHandle(forUpdating: url)
            defer { try? handle.close() }
            try handle.seek(toOffset: UInt64(Self.headerSize + firstRow * rowBytes))
            for start in stride(from: 0, to: values.count, by: Self.piece) {
                let some = values[start..<min(start + Self.piece, values.count)]
                try handle.write(contentsOf: Data(LittleEndian.bytes(of: some)))
            }
            try handle.synchronize()
        } catch let error as CocoaError where error.code == .fileWriteOutOfSpace {
            throw .full(file: url.path)
        } catch {
            throw .featureFile(path: url.path, reason: "it cannot be read or written")
        }
    }

    /// Whether the file holds its header and `rows` rows; a file that is not there holds no rows.
    func isWhole(upTo rows: Int) -> Bool {
        guard rows > 0 else { return true }
        let facts = try? FileManager.default.attributesOfItem(atPath: url.path)
        let size = (facts?[.size] as? NSNumber)?.intValue ?? 0
        return size >= Self.headerSize + rows * rowBytes
    }

    /// Reads `count` rows from `firstRow` on.
    func read(_ count: Int, at firstRow: Int) throws(StorageError) -> [Float] {
        do {
            let handle = try FileHandle(forReadingFrom: url)
            defer { try? handle.close() }
            guard let head = try handle.read(upToCount: Self.headerSize), Array(head) == header
            else {
                throw StorageError.featureFile(path: url.path, reason: "the header is not ours")
            }
            try handle.seek(toOffset: UInt64(Self.headerSize + firstRow * rowBytes))
            var values: [Float] = []
            values.reserveCapacity(count * dimension)
            while values.count < count * dimension {
                let wanted = 4 * min(Self.piece, count * dimension - values.count)
                let data = try handle.read(upToCount: wanted) ?? Data()
                guard data.count == wanted else {
                    throw StorageError.featureFile(
                        path: url.path,
                        reason: "it ends before row \(firstRow + count)"
                    )
                }
                values += LittleEndian.floats(Array(data)[...])
            }
            return values
        } catch let error as StorageError {
            throw error
        } catch {
            throw .featureFile(path: url.path, reason: "it cannot be read or written")
        }
    }

    /// The digest that a batch of rows is checked by: over the samples and their numbers.
    static func digest(_ samples: [Sample.ID], _ values: [Float]) -> ContentDigest {
        var hasher = ContentHasher()
        hasher.update(Array(samples.map { "\($0)" }.joined(separator: " ").utf8))
        hasher.update(values[...])
        return hasher.finish()
    }

    private var header: [UInt8] {
        var bytes = Self.magic
        let number = UInt64(dimension)
        for shift in stride(from: 0, to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(shift)))
        }
        bytes += [UInt8](repeating: 0, count: Self.headerSize - bytes.count)
        return bytes
    }
}
