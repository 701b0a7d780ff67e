import CurationCore
import Foundation
import Testing

@Suite struct PolygonTests {
    private static let square: [Double] = [2, 3, 8, 3, 8, 7, 2, 7]

    private func decode(_ text: String) throws -> Polygon {
        try JSONDecoder().decode(Polygon.self, from: Data(text.utf8))
    }

    @Test func `the box is around the corners of all rings`() throws {
        let polygon = try Polygon(rings: [Self.square, [-1.5, 20, 0, 20, 0, 20.25]])
        #expect(polygon.boundingBox == BoundingBox(x: -1.5, y: 3, width: 9.5, height: 17.25))
        let point = try Polygon(rings: [[4, 5, 4, 5, 4, 5]])
        #expect(point.boundingBox == BoundingBox(x: 4, y: 5, width: 0, height: 0))
    }

    @Test func `the area is that of a ring whichever way it goes round`() throws {
        let backward: [Double] = [2, 7, 8, 7, 8, 3, 2, 3]
        for ring in [Self.square, backward] {
            #expect(try Polygon(rings: [ring]).area == 24)
        }
        #expect(try Polygon(rings: [[0, 0, 3, 0, 0, 5]]).area == 7.5)
        #expect(try Polygon(rings: [[0, 0, 1, 1, 2, 2, 5, 5]]).area == 0)
    }

    @Test func `the areas of rings add up, overlaps included`() throws {
        #expect(try Polygon(rings: [Self.square, Self.square]).area == 48)
    }

    @Test func `a ring that crosses itself cancels`() throws {
        #expect(try Polygon(rings: [[0, 0, 4, 4, 4, 0, 0, 4]]).area == 0)
    }

    @Test func `a small ring far from the origin keeps its area`() throws {
        let far = 99_999_990.0
        let ring = [far, far, far + 0.5, far, far + 0.5, far + 0.5, far, far + 0.5]
        #expect(try Polygon(rings: [ring]).area == 0.25)
    }

    @Test(
        arguments: [
            ([], .noRings),
            ([[]], .tooFewCorners(ring: 0, count: 0)),
            ([[1, 2, 3, 4]], .tooFewCorners(ring: 0, count: 2)),
            ([square, [1, 2, 3, 4, 5, 6, 7]], .oddCount(ring: 1, count: 7)),
            ([square, square, [1, 2, 3, 4, .nan, 6]], .outOfRange(ring: 2)),
            ([[1, 2, 3, 4, .infinity, 6]], .outOfRange(ring: 0)),
            ([[1, 2, 3, 4, 5, -1.1e8]], .outOfRange(ring: 0)),
        ] as [([[Double]], PolygonError)]
    )
    func `what is no polygon is refused`(rings: [[Double]], error: PolygonError) {
        #expect(throws: error) { try Polygon(rings: rings) }
        #expect(!error.description.isEmpty)
    }

    @Test func `numbers up to the limit are taken`() throws {
        let limit = Polygon.limit
        let polygon = try Polygon(rings: [[-limit, -limit, limit, -limit, limit, limit]])
        #expect(polygon.area == 2 * limit * limit)
    }

    @Test func `the JSON is the list of rings`() throws {
        let polygon = try Polygon(rings: [Self.square, [0.5, 0, 3, 0.25, 0, 5]])
        let text = "[[2,3,8,3,8,7,2,7],[0.5,0,3,0.25,0,5]]"
        #expect(try decode(text) == polygon)
        let data = try JSONEncoder().encode(polygon)
        #expect(String(decoding: data, as: UTF8.self) == text)
    }

    @Test(arguments: [
        "[]", "[[]]", "[1,2,3,4,5,6]", "[[1,2,3,4]]", "[[1,2,3,4,5]]", "{}", "null",
        #"[["1",2,3,4,5,6]]"#, "[[1,2,3,4,5,null]]", "[[1,2,3,4,5,1e9]]", "[[1,2,3,4,5,1e999]]",
    ])
    func `JSON of something else is refused`(text: String) {
        #expect(throws: DecodingError.self) { try decode(text) }
    }
}
