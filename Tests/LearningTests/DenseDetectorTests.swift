import CurationCore
import Learning
import Testing

@Suite struct DenseDetectorTests {
    private static let columns = 20
    private static let rows = 16
    private static let cell = 10.0

    /// A picture of things on a grid: a place in a thing of a class has that class's channel, and two
    /// more say how far its middle is; others and noise tell nothing.
    private func lesson(_ random: inout SeededGenerator, things: Int = 4) -> DetectorLesson {
        let channels = 8
        var values = (0..<Self.columns * Self.rows * channels).map { _ in
            Float(random.unit() - 0.5) * 0.4
        }
        var objects: [DetectorLesson.Object] = []
        for thing in 0..<things {
            let category = Int.random(in: 0...1, using: &random)
            let size = category == 0 ? 40.0 : 60.0
            let (column, row) = (thing % 2, thing / 2)
            let x = Double(column) * 100 + 5 + random.unit() * 30
            let y = Double(row) * 80 + 5 + random.unit() * 10
            let box = BoundingBox(x: x, y: y, width: size, height: size)
            objects.append(DetectorLesson.Object(box: box, category: category))
            for place in 0..<Self.columns * Self.rows {
                let at = (
                    x: (Double(place % Self.columns) + 0.5) * Self.cell,
                    y: (Double(place / Self.columns) + 0.5) * Self.cell
                )
                let (dx, dy) = (x + size / 2 - at.x, y + size / 2 - at.y)
                guard abs(dx) < size / 2, abs(dy) < size / 2 else { continue }
                let nearness = 1 - max(abs(dx), abs(dy)) / (size / 2)
                values[place * channels + category] += 2 * Float(nearness)
                values[place * channels + 2] += Float(dx / Self.cell)
                values[place * channels + 3] += Float(dy / Self.cell)
            }
        }
        let map = FeatureMap(
            columns: Self.columns,
            rows: Self.rows,
            channels: channels,
            cell: Self.cell,
            values: values
        )
        return DetectorLesson(map: map, width: 200, height: 160, objects: objects)
    }

    private func lessons(_ count: Int, seed: UInt64) -> [DetectorLesson] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { _ in lesson(&random) }
    }

    @Test(arguments: 0..<UInt64(4))
    func `things like those that were shown are found, with their class and size`(seed: UInt64) {
        let all = lessons(30, seed: seed)
        let detector = DenseDetector(learning: Array(all[..<20]), classCount: 2)
        guard let detector else {
            Issue.record("there is something to learn")
            return
        }
        var (right, boxes, things) = (0, 0, 0)
        for lesson in all[20...] {
            let found = detector.detect(lesson.map, width: 200, height: 160, atLeast: 0.5)
            boxes += found.count
            things += lesson.objects.count
            right += lesson.objects.count { object in
                found.contains {
                    $0.category == object.category
                        && $0.box.intersectionOverUnion(object.box) >= 0.5
                }
            }
            #expect(zip(found, found.dropFirst()).allSatisfy { $0.score >= $1.score })
            #expect(
                found.allSatisfy {
                    $0.box.x >= 0 && $0.box.y >= 0 && $0.box.x + $0.box.width <= 200
                        && $0.box.y + $0.box.height <= 160
                }
            )
        }
        #expect(Double(right) >= 0.9 * Double(things))
        #expect(Double(boxes) <= 1.15 * Double(things))
    }

    @Test func `the same lessons give the same detector`() {
        let all = lessons(6, seed: 1)
        let first = DenseDetector(learning: all, classCount: 2)
        let again = DenseDetector(learning: all, classCount: 2)
        #expect(first?.digest == again?.digest && first != nil)
        let other = DenseDetector(learning: Array(all.dropLast()), classCount: 2)
        #expect(first?.digest != other?.digest)
    }

    @Test func `without a thing there is nothing to learn, and one picture is enough`() {
        var random = SeededGenerator(seed: 1)
        let empty = lesson(&random, things: 0)
        #expect(DenseDetector(learning: [], classCount: 2) == nil)
        #expect(DenseDetector(learning: [empty], classCount: 2) == nil)
        let one = lesson(&random)
        let detector = DenseDetector(learning: [one], classCount: 2)
        let found = detector?.detect(one.map, width: 200, height: 160, atLeast: 0) ?? []
        #expect(!found.isEmpty)
        #expect(detector?.detect(empty.map, width: 200, height: 160, atLeast: 0.6).isEmpty == true)
    }

    @Test func `the class of a box that others found is told`() throws {
        let all = lessons(12, seed: 3)
        let detector = try #require(DenseDetector(learning: Array(all[..<10]), classCount: 2))
        for lesson in all[10...] {
            for object in lesson.objects {
                let shares = detector.classify(object.box, in: lesson.map)
                #expect(abs(shares.reduce(0, +) - 1) < 1e-9)
                #expect(shares[object.category] > 0.5)
            }
            // A box smaller than a cell, at the edge, is told too.
            let tiny = BoundingBox(x: 199, y: 159, width: 0.5, height: 0.5)
            let shares = detector.classify(tiny, in: lesson.map)
            #expect(abs(shares.reduce(0, +) - 1) < 1e-9)
        }
    }

    @Test func `a picture full of things is no lesson of the background`() {
        let map = FeatureMap(columns: 2, rows: 2, channels: 1, cell: 10, values: [1, 1, 1, 1])
        let full = DetectorLesson(
            map: map,
            width: 20,
            height: 20,
            objects: [
                DetectorLesson.Object(
                    box: BoundingBox(x: -10, y: -10, width: 40, height: 40),
                    category: 0
                )
            ]
        )
        #expect(DenseDetector(learning: [full], classCount: 1) == nil)
    }
}
