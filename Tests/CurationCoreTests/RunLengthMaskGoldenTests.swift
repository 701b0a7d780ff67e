import CurationCore
import Foundation
import TestKit
import Testing

/// What pycocotools 2.0.11 says of polygons and masks (`fixtures/golden/coco-rle.json`).
@Suite struct RunLengthMaskGoldenTests {
    private struct Goldens: Decodable {
        let polygons: [Outline]
        let masks: [Mask]
        let pairs: [Pair]

        init() throws {
            let data = Data(try Fixtures.bytes("golden/coco-rle.json"))
            self = try JSONDecoder().decode(Goldens.self, from: data)
        }
    }

    private struct Outline: Decodable {
        let name: String
        let size: [Int]
        let rings: Polygon
        let counts: String
        let area: Int
        let bbox: [Double]
    }

    private struct Mask: Decodable {
        let size: [Int]
        let runs: [UInt32]
        let counts: String
        let area: Int
        let bbox: [Double]
    }

    private struct Pair: Decodable {
        let a: Int
        let b: Int
        let iou: Double
        let intersection: Int
        let union: Int
    }

    private func numbers(_ box: BoundingBox) -> [Double] { [box.x, box.y, box.width, box.height] }

    @Test func `a polygon covers the pixels that it covers for pycocotools`() throws {
        let polygons = try Goldens().polygons
        try #require(polygons.count > 40)
        for golden in polygons {
            let mask = try RunLengthMask(
                rasterizing: golden.rings,
                height: golden.size[0],
                width: golden.size[1]
            )
            #expect(mask.compressed == golden.counts, "\(golden.name)")
            #expect(mask.area == golden.area, "\(golden.name)")
            #expect(numbers(mask.boundingBox) == golden.bbox, "\(golden.name)")
        }
    }

    @Test func `text, runs and measures of a mask are those of pycocotools`() throws {
        let masks = try Goldens().masks
        try #require(masks.count > 10)
        for golden in masks {
            let (height, width) = (golden.size[0], golden.size[1])
            let mask = try RunLengthMask(height: height, width: width, compressed: golden.counts)
            #expect(mask.counts == golden.runs)
            #expect(mask.compressed == golden.counts)
            #expect(mask.area == golden.area)
            #expect(numbers(mask.boundingBox) == golden.bbox)
            let listed = try RunLengthMask(height: height, width: width, counts: golden.runs)
            #expect(listed == mask)
        }
    }

    @Test func `overlaps are those of pycocotools`() throws {
        let goldens = try Goldens()
        let masks = try goldens.masks.map {
            try RunLengthMask(height: $0.size[0], width: $0.size[1], compressed: $0.counts)
        }
        try #require(goldens.pairs.count > 20)
        for pair in goldens.pairs {
            let (mask, other) = (masks[pair.a], masks[pair.b])
            #expect(mask.intersection(with: other) == pair.intersection)
            #expect(mask.union(with: other) == pair.union)
            #expect(mask.intersectionOverUnion(other) == pair.iou)
        }
    }

    @Test func `every cut of a text but the whole one is refused`() throws {
        for golden in try Goldens().masks where golden.counts.utf8.count < 200 {
            for length in 0..<golden.counts.utf8.count {
                let cut = String(golden.counts.prefix(length))
                #expect(throws: RunLengthMaskError.self) {
                    try RunLengthMask(
                        height: golden.size[0],
                        width: golden.size[1],
                        compressed: cut
                    )
                }
            }
        }
    }

    @Test func `thousands of rings cover what any of them covers`() throws {
        // Every other pixel of 20 columns, each 200 times, in an order that is none.
        let rings = (0..<20_000).map { index -> [Double] in
            let place = index * 7919 % 100
            let (x, y) = (Double(place / 5), Double(place % 5 * 2))
            return [x, y, x + 1, y, x + 1, y + 1, x, y + 1]
        }
        let polygon = try Polygon(rings: rings)
        let mask = try RunLengthMask(rasterizing: polygon, height: 10, width: 20)
        #expect(mask.counts == [0] + Array(repeating: 1, count: 200))
    }

    @Test(.timeLimit(.minutes(1)))
    func `a side of any length costs no more than the columns that it passes`() throws {
        let far = Polygon.limit
        let corners = (0..<20_000).flatMap { index -> [Double] in
            let y = index.isMultiple(of: 2) ? -far : far
            return [index.isMultiple(of: 3) ? -far : far, y]
        }
        let mask = try RunLengthMask(
            rasterizing: try Polygon(rings: [
                corners, [-far, -far, far, -far, far, far, -far, far],
            ]),
            height: 40,
            width: 30
        )
        #expect(mask.counts == [0, 1200])
    }
}
