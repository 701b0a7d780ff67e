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

/// Finds hashes that differ in few bits, turned and mirrored in all eight ways.
struct HammingSearch {
    private let level: VectorKernels.Level
    private let hashes: [PerceptualHash]
    // The words of all hashes as `cvk_hashes` has them.
    private var words: [UInt64]
    private var matches: [Int32]

    /// Looks through `hashes`.
    init(_ hashes: [PerceptualHash], kernels: VectorKernels) {
        level = kernels.level
        self.hashes = hashes
        let split = hashes.map(\.wordsByParity)
        words = (0..<4).flatMap { word in split.map { $0[word] } }
        matches = [Int32](repeating: 0, count: hashes.count)
    }

    /// The positions after `position` whose hash differs from its hash in at most `limit` bits, as it
    /// is or mirrored left to right, or in `turnedLimit` in one of the six other ways.
    mutating func laterMatches(
        of position: Int,
        within limit: Int,
        turnedLimit: Int
    ) -> ArraySlice<Int32> {
        let plain = hashes[position].wordsByParity
        let transposed = hashes[position].turned(.transpose).wordsByParity
        var query = cvk_hash_query(
            plain: (plain[0], plain[1], plain[2], plain[3]),
            transposed: (transposed[0], transposed[1], transposed[2], transposed[3]),
            limit: Int32(limit),
            turned_limit: Int32(turnedLimit)
        )
        let (level, count) = (level.rawValue, hashes.count)
        let found = unsafe words.withUnsafeBufferPointer { words in
            unsafe matches.withUnsafeMutableBufferPointer { matches -> Int64 in
                guard let words = words.baseAddress, let matches = matches.baseAddress else {
                    return 0
                }
                var hashes = unsafe cvk_hashes(words: words, count: Int64(count))
                let first = Int64(position + 1)
                return unsafe cvk_hamming_within(level, &query, &hashes, first, matches)
            }
        }
        return matches[..<Int(found)]
    }
}

extension PerceptualHash {
    /// The bits of the waves that are even both ways, odd across, odd down, and odd both ways.
    fileprivate var wordsByParity: SIMD4<UInt64> {
        var split = SIMD4<UInt64>()
        for word in 0..<4 {
            let even = Self.everySecondBit(words[word])
            let odd = Self.everySecondBit(words[word] >> 1)
            // Each has a byte of the waves 0...3 down.
            let parts = SIMD4<UInt64>(
                even & 0xFF | even >> 8 & 0xFF00,
                odd & 0xFF | odd >> 8 & 0xFF00,
                even >> 8 & 0xFF | even >> 16 & 0xFF00,
                odd >> 8 & 0xFF | odd >> 16 & 0xFF00
            )
            split |= parts &<< UInt64(16 * word)
        }
        return split
    }

    /// The bits 0, 2, 4 and so on side by side.
    private static func everySecondBit(_ word: UInt64) -> UInt64 {
        var bits = word & 0x5555_5555_5555_5555
        bits = (bits | bits >> 1) & 0x3333_3333_3333_3333
        bits = (bits | bits >> 2) & 0x0F0F_0F0F_0F0F_0F0F
        bits = (bits | bits >> 4) & 0x00FF_00FF_00FF_00FF
        bits = (bits | bits >> 8) & 0x0000_FFFF_0000_FFFF
        return (bits | bits >> 16) & 0x0000_0000_FFFF_FFFF
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
