import ArgumentParser
import Curation
import CurationCore
import Foundation
import Imaging
import Learning

/// `winnow-bench find`.
struct FindCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "find",
        abstract: "Learns things from some pictures with boxes, and finds them in the others.",
        discussion: """
            In `quality`: milliseconds of learning (fit_ms) and of a picture (map_ms of one core,
            find_ms); on the pictures that were not learned from the share of things found with half
            of the box shared and the right class (recall), how many boxes are right (precision), and
            the time to confirm or refuse all boxes in 1.5 s each and draw the missing ones in 7 s, as a
            share of drawing all (cost).
            """
    )

    @Argument(help: "A folder of pictures.") var folder: String
    @Option(help: "The boxes: a COCO file.") var truth: String
    @Option(help: "How many pictures are learned from.") var known = 30
    @Option(help: "The least probability of a box.") var score = 0.3
    @Option(help: "In how many windows along its longer side a picture is looked at.")
    var windows = 1
    @Option(help: "In which order pictures are taken.") var seed: UInt64 = 1
    @OptionGroup var options: CoreOptions

    private struct Truth: Decodable {
        struct Image: Decodable {
            let id: Int
            let file_name: String
        }
        struct Thing: Decodable {
            let image_id: Int
            let category_id: Int
            let bbox: [Double]
        }
        struct Class: Decodable { let id: Int }
        let images: [Image]
        let annotations: [Thing]
        let categories: [Class]
    }

    func run() throws {
        let file = URL(filePath: truth)
        let truth = try JSONDecoder().decode(Truth.self, from: Data(contentsOf: file))
        let lessons = try lessons(truth)
        guard (1..<lessons.count).contains(known) else {
            throw ValidationError("--known is from 1 to one less than the pictures")
        }
        var measurement = Measurement(work: "find", count: lessons.count - known)
        let detector = measurement.time {
            DenseDetector(
                learning: Array(lessons[..<known]),
                classCount: truth.categories.count
            )
        }
        guard let detector else { throw ValidationError("the known pictures show no thing") }
        measurement.quality["fit_ms"] = measurement.cost.seconds * 1e3
        let others = lessons[known...]
        let found = measurement.time {
            others.map {
                detector.detect($0.map, width: $0.width, height: $0.height, atLeast: score)
            }
        }
        measurement.quality["find_ms"] = measurement.cost.seconds * 1e3 / Double(others.count)
        measurement.rate("images", of: Double(others.count))
        var (right, boxes, things) = (0, 0, 0)
        for (lesson, found) in zip(others, found) {
            right += Self.matches(found, lesson.objects)
            boxes += found.count
            things += lesson.objects.count
        }
        measurement.quality["recall"] = Double(right) / Double(max(things, 1))
        measurement.quality["precision"] = Double(right) / Double(max(boxes, 1))
        for category in 0..<truth.categories.count {
            let own = zip(others, found).map { lesson, found in
                (
                    found.filter { $0.category == category },
                    lesson.objects.filter { $0.category == category }
                )
            }
            let all = own.reduce(0) { $0 + $1.1.count }
            let right = own.reduce(0) { $0 + Self.matches($1.0, $1.1) }
            measurement.quality["recall.\(category)"] = Double(right) / Double(max(all, 1))
        }
        let time = 1.5 * Double(boxes) + 7 * Double(things - right)
        measurement.quality["cost"] = time / (7 * Double(max(things, 1)))
        measurement.show(threads: options.cores.count)
    }

    private func lessons(_ truth: Truth) throws -> [DetectorLesson] {
        let classes = Dictionary(
            uniqueKeysWithValues: truth.categories.map(\.id).sorted().enumerated().map { ($1, $0) }
        )
        let things = Dictionary(grouping: truth.annotations, by: \.image_id)
        var generator = SeededGenerator(seed: seed)
        let images = truth.images.sorted { $0.id < $1.id }.shuffled(using: &generator)
        let maps = try PictureMaps(windows: windows)
        return try options.cores.map(images) { image in
            Result {
                let file = URL(filePath: folder).appending(path: image.file_name)
                let picture = try ImageDecoder().decode([UInt8](Data(contentsOf: file)))
                return DetectorLesson(
                    map: try maps.map(
                        of: picture.pixels,
                        width: picture.width,
                        height: picture.height
                    ),
                    width: picture.width,
                    height: picture.height,
                    objects: (things[image.id] ?? []).filter { $0.bbox[2] > 0 && $0.bbox[3] > 0 }
                        .map {
                            DetectorLesson.Object(
                                box: BoundingBox(
                                    x: $0.bbox[0],
                                    y: $0.bbox[1],
                                    width: $0.bbox[2],
                                    height: $0.bbox[3]
                                ),
                                category: classes[$0.category_id] ?? 0
                            )
                        }
                )
            }
        }.map { try $0.get() }
    }

    /// How many things are found: each once, by the likeliest box of its class that shares half with it.
    private static func matches(_ boxes: [ScoredBox], _ things: [DetectorLesson.Object]) -> Int {
        var found = Set<Int>()
        for box in boxes {
            let best = things.indices.filter {
                !found.contains($0) && things[$0].category == box.category
            }.map { ($0, things[$0].box.intersectionOverUnion(box.box)) }.max { $0.1 < $1.1 }
            if let best, best.1 >= 0.5 { found.insert(best.0) }
        }
        return found.count
    }
}
