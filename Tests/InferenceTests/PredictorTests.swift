import CurationCore
import Imaging
import Inference
import TestKit
import Testing

@Suite(.enabled(if: InstalledModels.arePresent, "run scripts/setup first"))
struct PredictorTests {
    private func pixels(_ path: String) throws -> PixelBuffer {
        try ImageDecoder().decode(try Fixtures.bytes(path)).pixels
    }

    @Test func `a cell that stands out is found with its outline`() throws {
        let model = try Predictors.named("u2netp", search: InstalledModels.search)
        let picture = try pixels("cells/BloodImage_00000.jpg")
        let side = model.inputSide
        let found = try model.predict(
            picture.resized(width: side, height: side),
            width: picture.width,
            height: picture.height
        )
        // The white cell of this picture, as its data set gives it.
        let cell = BoundingBox(x: 260, y: 177, width: 231, height: 199)
        let best = try #require(
            found.max { $0.box.intersectionOverUnion(cell) < $1.box.intersectionOverUnion(cell) }
        )
        #expect(best.box.intersectionOverUnion(cell) > 0.5)
        #expect(best.category == nil && (0...1).contains(best.score))
        let outline = try #require(best.outline)
        #expect(outline.boundingBox == best.box)
        #expect(outline.rings[0].count > 12)
    }

    @Test func `nobody is found among cells, and a flat picture has nothing that stands out`()
        throws
    {
        for name in ["ssdlite-person", "u2netp"] {
            let model = try Predictors.named(name, search: InstalledModels.search)
            let side = model.inputSide
            let flat = PixelBuffer(
                width: side,
                height: side,
                bytes: [UInt8](repeating: 128, count: side * side * 3)
            )
            let found = try model.predict(flat, width: 100, height: 50)
            #expect(found.allSatisfy { $0.box.x >= 0 && $0.box.x + $0.box.width <= 100.1 })
            #expect(name == "u2netp" || found.isEmpty)
            #expect(throws: InferenceError.self) {
                try model.predict(
                    flat.resized(width: 10, height: 10),
                    width: 10,
                    height: 10
                )
            }
        }
        let person = try Predictors.named("ssdlite-person", search: InstalledModels.search)
        let cells = try pixels("cells/BloodImage_00050.jpg")
        let found = try person.predict(
            cells.resized(width: person.inputSide, height: person.inputSide),
            width: cells.width,
            height: cells.height
        )
        #expect(found.isEmpty)
    }

    @Test func `a model that finds nothing is refused`() {
        #expect(throws: InferenceError.self) {
            try Predictors.named("efficientnet-lite0", search: InstalledModels.search)
        }
        #expect(throws: InferenceError.self) {
            try DenseFeatures("u2netp", search: InstalledModels.search)
        }
    }

    @Test func `a map covers the picture, in one window as in several`() throws {
        let features = try DenseFeatures(search: InstalledModels.search)
        let picture = try pixels("cells/BloodImage_00000.jpg")
        let one = try features.map(
            of: picture.resized(width: 512, height: 384),
            longerSide: picture.width
        )
        #expect(one.columns == 32 && one.rows == 24 && one.channels == 472 && one.cell == 20)
        let side = features.side(windows: 2)
        #expect(side == 992)
        let two = try features.map(
            of: picture.resized(width: side, height: side * 3 / 4),
            windows: 2,
            longerSide: picture.width
        )
        #expect(two.columns == 62 && two.rows == 47)
        #expect(abs(two.cell * 62 - 640) < 1e-9)
        #expect(throws: InferenceError.self) {
            try features.map(of: picture, longerSide: picture.width)
        }
        // The middle of a window is the same by itself: borders reach only so far.
        let again = try features.map(
            of: picture.resized(width: 512, height: 384),
            longerSide: picture.width
        )
        #expect(again.values == one.values)
    }
}
