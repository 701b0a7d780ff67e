import CurationCore
import Learning
import Testing

@Suite struct KMeansTests {
    @Test(arguments: 0..<UInt64(8))
    func `every row is in one cluster and no centre of another cluster is nearer`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let rows = randomMatrix(80, 6, &generator)
        let clusters = KMeans(rows, count: 9, seed: seed).clusters
        #expect(clusters.flatMap { $0 }.sorted() == Array(0..<80))
        #expect(clusters.count <= 9 && clusters.allSatisfy { !$0.isEmpty })
        #expect(clusters == KMeans(rows, count: 9, seed: seed).clusters)
        let means = clusters.map { cluster in
            (0..<6).map { column in
                cluster.reduce(Float(0)) { $0 + rows[$1, column] } / Float(cluster.count)
            }
        }
        for (number, cluster) in clusters.enumerated() {
            for row in cluster {
                let distances = means.map { mean in
                    (0..<6).reduce(Float(0)) {
                        $0 + (rows[row, $1] - mean[$1]) * (rows[row, $1] - mean[$1])
                    }
                }
                #expect(distances.allSatisfy { distances[number] <= $0 + 1e-4 })
            }
        }
    }

    @Test func `groups that lie apart are found, nearest to the centre first`() {
        var generator = SeededGenerator(seed: 3)
        let values = (0..<60).flatMap { row -> [Float] in
            [Float(row % 3) * 10 + 0.1 * normal(&generator), Float(row / 3) * 0.01]
        }
        let rows = Matrix(rows: 60, columns: 2, values: values)
        let clusters = KMeans(rows, count: 3, seed: 1).clusters
        #expect(clusters.count == 3)
        for cluster in clusters {
            #expect(Set(cluster.map { $0 % 3 }).count == 1)
            let mean = (0..<2).map { column in
                cluster.reduce(Float(0)) { $0 + rows[$1, column] } / Float(cluster.count)
            }
            let distances = cluster.map { row in
                (0..<2).reduce(Float(0)) {
                    $0 + (rows[row, $1] - mean[$1]) * (rows[row, $1] - mean[$1])
                }
            }
            #expect(zip(distances, distances.dropFirst()).allSatisfy { $0 <= $1 + 1e-4 })
        }
    }

    @Test func `copies and empty sets are no trouble`() {
        let copies = Matrix(rows: 5, columns: 2, values: Array(repeating: 1, count: 10))
        #expect(KMeans(copies, count: 3, seed: 1).clusters.flatMap { $0 }.count == 5)
        #expect(KMeans(Matrix(rows: 0, columns: 2), count: 3, seed: 1).clusters.isEmpty)
    }
}
