import CVectorKernels
import CurationCore

extension VectorKernels {
    /// The fastest instruction set of this machine.
    package static let bestLevel = Level(rawValue: cvk_best_level()) ?? .scalar

    /// The inner product of two vectors of the same length.
    package func dot(_ left: ArraySlice<Float>, _ right: ArraySlice<Float>) -> Float {
        precondition(left.count == right.count, "vectors of one length")
        return unsafe left.withUnsafeBufferPointer { lefts in
            unsafe right.withUnsafeBufferPointer { rights in
                guard let left = lefts.baseAddress, let right = rights.baseAddress else { return 0 }
                return unsafe cvk_dot(level.rawValue, left, right, Int64(lefts.count))
            }
        }
    }
}

/// Finds hashes that differ in few bits.
struct HammingSearch {
    private let level: VectorKernels.Level
    private let hashes: [UInt64]
    private var matches: [Int32]

    /// Looks through `hashes`.
    init(_ hashes: [UInt64], kernels: VectorKernels) {
        level = kernels.level
        self.hashes = hashes
        matches = [Int32](repeating: 0, count: hashes.count)
    }

    /// The positions after `position` whose hash differs from its hash in at most `limit` bits.
    mutating func laterMatches(of position: Int, within limit: Int) -> [Int] {
        let start = position + 1
        let rest = hashes.count - start
        let query = hashes[position]
        let level = level.rawValue
        let found = unsafe hashes.withUnsafeBufferPointer { hashes in
            unsafe matches.withUnsafeMutableBufferPointer { matches -> Int64 in
                guard rest > 0, let first = hashes.baseAddress, let target = matches.baseAddress
                else { return 0 }
                return unsafe cvk_hamming_within(
                    level,
                    query,
                    first + start,
                    Int64(rest),
                    Int32(limit),
                    target
                )
            }
        }
        return matches.prefix(Int(found)).map { Int($0) + start }
    }
}

/// Rows scaled to length 1 and packed for the kernels.
///
/// `@unchecked Sendable` holds because the memory is written in `init` only.
@safe final class PackedRows: @unchecked Sendable {
    let count: Int
    let dimension: Int
    fileprivate let panels: UnsafeMutablePointer<Float>

    /// Packs the rows of `matrix`; rows of length 0, or not finite, become zeros.
    init(_ matrix: EmbeddingMatrix) {
        count = matrix.count
        dimension = matrix.dimension
        let size = cvk_packed_size(Int64(count), Int64(dimension))
        // Aligned to the cache line, since a load that straddles two costs twice.
        unsafe panels = UnsafeMutableRawPointer.allocate(
            byteCount: Int(size) * MemoryLayout<Float>.stride,
            alignment: 64
        ).bindMemory(to: Float.self, capacity: Int(size))
        unsafe matrix.values.withUnsafeBufferPointer { values in
            guard let values = values.baseAddress else { return }
            unsafe cvk_pack(values, Int64(matrix.count), Int64(matrix.dimension), panels)
        }
    }

    deinit { unsafe panels.deallocate() }
}

/// The nearest rows of each row, while they are being found.
///
/// `@unchecked Sendable` holds because the functions that write touch the lists of the rows they
/// are given only, and `ExactSearch` never gives the same rows to two pieces that run together.
@safe final class NeighborLists: @unchecked Sendable {
    private let rows: PackedRows
    private let k: Int
    private let level: Int32
    private let similarities: UnsafeMutablePointer<Float>
    private let neighbors: UnsafeMutablePointer<Int32>

    /// Starts an empty list of `k` places, at least one, for each of `rows`.
    init(of rows: PackedRows, k: Int, kernels: VectorKernels) {
        self.rows = rows
        self.k = k
        level = kernels.level.rawValue
        unsafe similarities = .allocate(capacity: rows.count * k)
        unsafe neighbors = .allocate(capacity: rows.count * k)
        unsafe similarities.initialize(repeating: -.infinity, count: rows.count * k)
        unsafe neighbors.initialize(repeating: -1, count: rows.count * k)
    }

    deinit {
        unsafe similarities.deallocate()
        unsafe neighbors.deallocate()
    }

    /// Offers each row of `range` to the others of it.
    ///
    /// Here and below, ranges start at whole panels.
    func matchWithin(_ range: Range<Int>) {
        var block = unsafe block(range)
        unsafe cvk_match_within(level, &block, Int64(rows.dimension), Int64(k))
    }

    /// Offers the rows of two ranges to each other.
    func matchBetween(_ left: Range<Int>, _ right: Range<Int>) {
        var lefts = unsafe block(left)
        var rights = unsafe block(right)
        unsafe cvk_match_between(level, &lefts, &rights, Int64(rows.dimension), Int64(k))
    }

    /// Offers every row of another set to the rows of `range`.
    func match(_ range: Range<Int>, in others: PackedRows) {
        var lefts = unsafe block(range)
        var rights = unsafe cvk_rows(
            panels: others.panels,
            first: 0,
            count: Int64(others.count),
            similarities: nil,
            neighbors: nil
        )
        unsafe cvk_match_between(level, &lefts, &rights, Int64(rows.dimension), Int64(k))
    }

    /// The lists, when all rows were offered.
    func graph() -> NeighborGraph {
        let found = (0..<rows.count * k).map { place in
            Neighbor(
                row: Int(unsafe neighbors[place]),
                similarity: min(1, max(-1, unsafe similarities[place]))
            )
        }
        return NeighborGraph(k: k, neighbors: found)
    }

    private func block(_ range: Range<Int>) -> cvk_rows {
        unsafe cvk_rows(
            panels: rows.panels + range.lowerBound * rows.dimension,
            first: Int64(range.lowerBound),
            count: Int64(range.count),
            similarities: similarities + range.lowerBound * k,
            neighbors: neighbors + range.lowerBound * k
        )
    }
}
