import CurationCore
import Dispatch
import Similarity
import Testing

@Suite struct ExactSearchTests {
    // Unit rows of d numbers: scaling rounds each number by at most 2^-23 of it, the sum of d
    // products by at most d 2^-24 of the sum of their magnitudes, which is at most 1.
    private static func bound(_ dimension: Int) -> Double { Double(dimension + 8) * 0x1p-24 }

    private static func similarities(
        _ queries: EmbeddingMatrix,
        _ rows: EmbeddingMatrix
    ) -> [[Double]] {
        func unit(_ matrix: EmbeddingMatrix) -> [[Double]] {
            (0..<matrix.count).map { index in
                let row = matrix.row(index).map(Double.init)
                let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
                return length > 0 ? row.map { $0 / length } : row
            }
        }
        let others = unit(rows)
        return unit(queries).map { query in
            others.map { zip(query, $0).reduce(0) { $0 + $1.0 * $1.1 } }
        }
    }

    // Runs pieces on several threads, in an order of its own.
    private static let threaded = LoopRunner { count, piece throws(CancellationError) in
        DispatchQueue.concurrentPerform(iterations: count) { piece(count - 1 - $0) }
    }

    @Test(arguments: VectorKernelsTests.levels, [1, 2, 3, 48, 49, 97, 385, 800])
    func `every path finds what a plain search finds`(level: VectorKernels.Level, count: Int) throws
    {
        let dimension = [1, 5, 96, 130][count % 4]
        let rows = SyntheticRows.matrix(count, dimension: dimension, seed: UInt64(count))
        let graph = try ExactSearch(kernels: VectorKernels(level: level)).graph(of: rows, k: 7)
        #expect(graph.k == min(7, count - 1))
        let truth = Self.similarities(rows, rows)
        for row in 0..<graph.count {
            let best = truth[row].enumerated().filter { $0.offset != row }.map(\.element)
                .sorted(by: >)
            for (rank, near) in graph[row].enumerated() {
                #expect(near.row != row)
                let exact = truth[row][near.row]
                #expect(abs(Double(near.similarity) - exact) <= Self.bound(dimension))
                #expect(exact >= best[rank] - 2 * Self.bound(dimension))
            }
            #expect(Set(graph[row].map(\.row)).count == graph.k)
        }
    }

    @Test(arguments: VectorKernelsTests.levels)
    func `queries find the nearest rows of another set`(level: VectorKernels.Level) throws {
        let rows = SyntheticRows.matrix(130, dimension: 40, seed: 1)
        let queries = SyntheticRows.matrix(61, dimension: 40, seed: 2)
        let search = ExactSearch(kernels: VectorKernels(level: level))
        let graph = try search.search(queries: queries, in: rows, k: 5)
        #expect(graph.count == 61)
        let truth = Self.similarities(queries, rows)
        for query in 0..<graph.count {
            let best = truth[query].sorted(by: >)
            for (rank, near) in graph[query].enumerated() {
                #expect(abs(truth[query][near.row] - best[rank]) <= 2 * Self.bound(40))
            }
        }
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func `the result is the same on one thread and on many`(seed: UInt64) throws {
        let count = 300 + Int(seed) * 400
        let rows = SyntheticRows.matrix(count, dimension: 16, seed: seed)
        let serial = try ExactSearch().graph(of: rows, k: 10)
        #expect(try ExactSearch(loop: Self.threaded).graph(of: rows, k: 10) == serial)
        #expect(serial.count == count)
    }

    @Test func `rows of one similarity come in the order of their numbers`() throws {
        let count = 900
        let values = (0..<count).flatMap { row -> [Float] in [row.isMultiple(of: 2) ? 1 : -1, 0] }
        let rows = SyntheticRows.matrix(count, dimension: 2, values)
        let graph = try ExactSearch(loop: Self.threaded).graph(of: rows, k: 4)
        #expect(graph[0].map(\.row) == [2, 4, 6, 8])
        #expect(graph[4].map(\.row) == [0, 2, 6, 8])
        #expect(graph[899].map(\.row) == [1, 3, 5, 7])
    }

    @Test func `all other rows are neighbours in a set of fewer than k`() throws {
        let rows = SyntheticRows.matrix(4, dimension: 3, seed: 9)
        let graph = try ExactSearch().graph(of: rows, k: 10)
        #expect(graph.k == 3)
        #expect((0..<4).allSatisfy { row in !graph[row].contains { $0.row == row } })
        #expect(try ExactSearch().search(queries: rows, in: rows, k: 10).k == 4)
    }

    @Test(arguments: [0, 1]) func `a set without pairs has no neighbours`(count: Int) throws {
        let rows = SyntheticRows.matrix(count, dimension: 3, seed: 9)
        #expect(try ExactSearch().graph(of: rows, k: 5).neighbors.isEmpty)
        let none = SyntheticRows.matrix(0, dimension: 3, [])
        #expect(try ExactSearch().search(queries: rows, in: none, k: 5).neighbors.isEmpty)
    }

    @Test(arguments: VectorKernelsTests.levels)
    func `rows of zeros or with numbers that are not finite are like none`(
        level: VectorKernels.Level
    ) throws {
        let values: [Float] = [1, 0, 0, 0, .nan, 1, .infinity, 0, 1, 1, 3e38, 3e38]
        let rows = SyntheticRows.matrix(6, dimension: 2, values)
        let graph = try ExactSearch(kernels: VectorKernels(level: level)).graph(of: rows, k: 5)
        for row in [1, 2, 3] {
            #expect(graph[row].allSatisfy { $0.similarity == 0 })
        }
        #expect(graph[4].first?.row == 5)
        #expect(abs((graph[4].first?.similarity ?? 0) - 1) < 1e-6)
        #expect(graph.neighbors.allSatisfy { $0.row >= 0 })
    }

    @Test func `a loop that is cancelled ends the search`() {
        let cancelled = LoopRunner { _, _ throws(CancellationError) in throw CancellationError() }
        #expect(throws: CancellationError.self) {
            try ExactSearch(loop: cancelled)
                .graph(of: SyntheticRows.matrix(3, dimension: 2, seed: 0), k: 1)
        }
    }
}
