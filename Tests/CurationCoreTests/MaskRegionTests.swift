import CurationCore
import Testing

@Suite struct MaskRegionTests {
    private func mask(_ rows: [String]) -> (pixels: [Bool], width: Int, height: Int) {
        (rows.joined().map { $0 == "#" }, rows[0].count, rows.count)
    }

    private func regions(_ rows: [String], atLeast least: Int = 1) -> [MaskRegion] {
        let (pixels, width, height) = mask(rows)
        return MaskRegion.regions(of: pixels, width: width, height: height, atLeast: least)
    }

    @Test func `parts hang together by their sides, not by their corners`() {
        let found = regions(["##..", "..#.", "..##", "...."])
        #expect(found.map(\.area) == [2, 3])
        #expect(regions(["##..", "..#.", "..##", "...."], atLeast: 3).map(\.area) == [3])
        #expect(regions(["....", "...."]).isEmpty)
    }

    @Test func `the outline goes round the pixels, past holes`() {
        let ring = regions(["....", ".##.", ".##.", "...."])[0].outline
        #expect(ring == [1, 1, 3, 1, 3, 3, 1, 3])
        let around = regions(["###", "#.#", "###"])[0].outline
        #expect(around == [0, 0, 3, 0, 3, 3, 0, 3])
        // Where two pixels of a part touch by a corner alone, the outline passes between them.
        let bent = regions(["##.", "#.#", "###"])[0]
        #expect(bent.area == 7 && bent.outline.count == 20)
    }

    @Test(arguments: 0..<UInt64(30))
    func `the outline covers exactly the part and its holes`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let (width, height) = (17, 13)
        let pixels = (0..<width * height).map { _ in random.unit() < 0.6 }
        let found = MaskRegion.regions(of: pixels, width: width, height: height)
        #expect(found.reduce(0) { $0 + $1.area } == pixels.count { $0 })
        for region in found {
            let filled = filled(region)
            let polygon = try Polygon(rings: [region.outline])
            let drawn = try RunLengthMask(rasterizing: polygon, height: height, width: width)
            #expect(drawn == RunLengthMask(filled))
            #expect(RunLengthMask(region).area == region.area)
            #expect(polygon.boundingBox == RunLengthMask(region).boundingBox)
        }
    }

    /// The part with its holes: all that cannot be reached from outside past it, by sides or corners.
    private func filled(_ region: MaskRegion) -> MaskRegion {
        let (width, height) = (region.width + 2, region.height + 2)
        var isOutside = [Bool](repeating: false, count: width * height)
        var open = [0]
        isOutside[0] = true
        while let place = open.popLast() {
            let (row, column) = (place / width, place % width)
            for r in max(0, row - 1)...min(height - 1, row + 1) {
                for c in max(0, column - 1)...min(width - 1, column + 1)
                where !isOutside[r * width + c] {
                    let isIn =
                        r > 0 && c > 0 && r <= region.height && c <= region.width
                        && region.pixels[(r - 1) * region.width + c - 1]
                    guard !isIn else { continue }
                    isOutside[r * width + c] = true
                    open.append(r * width + c)
                }
            }
        }
        let pixels = (0..<region.height).flatMap { r in
            (0..<region.width).map { c in !isOutside[(r + 1) * width + c + 1] }
        }
        return MaskRegion.regions(of: pixels, width: region.width, height: region.height)[0]
    }

    @Test func `a simpler outline stays within its tolerance`() throws {
        let side = 60
        let pixels = (0..<side * side).map { place in
            let (x, y) = (Double(place % side) - 29.5, Double(place / side) - 29.5)
            return (x * x + y * y).squareRoot() < 25
        }
        let disc = MaskRegion.regions(of: pixels, width: side, height: side)[0]
        let simple = try #require(Polygon.simplified(disc.outline, tolerance: 1))
        #expect(simple.rings[0].count < disc.outline.count / 3)
        let drawn = try RunLengthMask(rasterizing: simple, height: side, width: side)
        #expect(try #require(drawn.intersectionOverUnion(RunLengthMask(disc))) > 0.95)
        let same = Polygon.simplified([0, 0, 4, 0, 4, 4, 0, 4], tolerance: 1)
        #expect(same?.rings == [[0, 0, 4, 0, 4, 4, 0, 4]])
        #expect(Polygon.simplified([0, 0, 1, 1], tolerance: 1) == nil)
    }
}
