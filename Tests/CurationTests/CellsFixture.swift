import Curation
import CurationCore
import Foundation
import Imaging
import Reviewing
import TestKit

/// A data set of things in pictures: photos of blood cells and the same ones mirrored, with the boxes
/// that are known of them.
struct CellsFixture {
    let folder: TemporaryFolder
    let dataset: Dataset
    /// The things of each picture, by sample.
    let truth: [Sample.ID: [Label]]

    /// Whether the model that the detector sees with is there.
    static let hasModel = (try? PictureMaps()) != nil

    /// Imports the first photos by name.
    ///
    /// `mirrored`: Whether the mirrored ones are there, too: 28 pictures then, else 14. `photos`: The most
    /// photos.
    init(mirrored: Bool = false, task: LabelTask = .detection, photos most: Int = 14) throws {
        let photos = try CellBoxes()
        folder = try TemporaryFolder()
        dataset = try Dataset(
            creating: folder.url.appending(path: "set"),
            schema: LabelSchema(
                task: task,
                categories: photos.classes.enumerated().map {
                    CurationCore.Category(id: $0.offset + 1, name: $0.element)
                }
            )
        )
        var things: [String: [Label]] = [:]
        for (file, cells) in photos.cells.sorted(by: { $0.key < $1.key }).prefix(most) {
            let bytes = try Fixtures.bytes("cells/\(file)")
            let own = cells.map { cell in
                (
                    name: cell.label,
                    box: BoundingBox(
                        x: cell.box[0],
                        y: cell.box[1],
                        width: cell.box[2],
                        height: cell.box[3]
                    )
                )
            }
            try folder.write(bytes, to: "pictures/\(file)")
            things[file] = own.map { .detection(category: $0.name, box: $0.box) }
            guard mirrored else { continue }
            let picture = try ImageDecoder().decode(bytes).pixels
            let name = "mirrored-\(file)"
            try folder.write(
                JPEGEncoder.encode(Self.mirror(picture), quality: 90),
                to: "pictures/\(name)"
            )
            things[name] = own.map { thing in
                var box = thing.box
                box.x = Double(picture.width) - box.x - box.width
                return .detection(category: thing.name, box: box)
            }
        }
        _ = try ImportStage(dataset: dataset).run(
            ImportStage.Request(sources: [folder.url.appending(path: "pictures").path])
        )
        truth = Dictionary(
            uniqueKeysWithValues: try dataset.samples().map { sample in
                (sample.id, things[URL(filePath: sample.path).lastPathComponent] ?? [])
            }
        )
    }

    private static func mirror(_ picture: PixelBuffer) -> PixelBuffer {
        var bytes = picture.bytes
        for row in 0..<picture.height {
            for column in 0..<picture.width {
                let from = 3 * (row * picture.width + picture.width - 1 - column)
                let to = 3 * (row * picture.width + column)
                for channel in 0..<3 { bytes[to + channel] = picture.bytes[from + channel] }
            }
        }
        return PixelBuffer(width: picture.width, height: picture.height, bytes: bytes)
    }

    /// Whether a proposal is of a thing that is there.
    func isRight(_ label: Label, in sample: Sample.ID) -> Bool {
        (truth[sample] ?? []).contains { thing in
            thing.category == label.category
                && (thing.boundingBox.flatMap { own in
                    label.boundingBox.map { own.intersectionOverUnion($0) }
                } ?? 0) >= 0.5
        }
    }

    /// Answers an item as somebody who knows the truth.
    func answer(_ item: ReviewItem) -> ReviewSubmission {
        if let crops = item.objects {
            let odd = crops.filter { !isRight($0.annotation, in: $0.image.id) }
            return ReviewSubmission(
                item: item.item,
                lease: item.lease,
                reviewer: "r",
                decision: odd.count == crops.count ? .reject : .accept,
                except: odd.map { Int64($0.object) }
            )
        }
        return ReviewSubmission(
            item: item.item,
            lease: item.lease,
            reviewer: "r",
            decision: .correct,
            annotations: truth[item.image?.id ?? 0] ?? []
        )
    }
}
