import CurationCore
import Foundation
import Testing

@Suite struct RunLengthMaskTests {
    private func decode(_ text: String) throws -> RunLengthMask {
        try JSONDecoder().decode(RunLengthMask.self, from: Data(text.utf8))
    }

    @Test func `the JSON is that of COCO`() throws {
        let mask = try RunLengthMask(height: 10, width: 12, compressed: "f064000000000V1")
        let data = try JSONEncoder().encode(mask)
        let again = try JSONDecoder().decode(RunLengthMask.self, from: data)
        #expect(again == mask)
        #expect(try decode(#"{"size":[10,12],"counts":"f064000000000V1"}"#) == mask)
        let numbers = "22,6,4,6,4,6,4,6,4,6,4,6,42"
        #expect(try decode(#"{"counts":[\#(numbers)],"size":[10,12]}"#) == mask)
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(object["size"] as? [Int] == [10, 12])
        #expect(object["counts"] as? String == "f064000000000V1")
        #expect(object.count == 2)
    }

    @Test(arguments: [
        "{}", "[]", #"{"size":[2,2]}"#, #"{"counts":"4"}"#, #"{"size":[4],"counts":"4"}"#,
        #"{"size":[2,2,1],"counts":"4"}"#, #"{"size":[2,2],"counts":"5"}"#,
        #"{"size":[2,2],"counts":[1,-1,4]}"#, #"{"size":[2,2],"counts":[1,2]}"#,
        #"{"size":[2,2],"counts":[4294967295,4294967295,6]}"#, #"{"size":[2,2],"counts":null}"#,
        #"{"size":[2,2],"counts":[4294967300]}"#, #"{"size":[2,2],"counts":[1.5,2.5]}"#,
        #"{"size":[-2,-2],"counts":"4"}"#, #"{"size":[9223372036854775807,2],"counts":"4"}"#,
    ])
    func `JSON of something else is refused`(text: String) {
        #expect(throws: DecodingError.self) { try decode(text) }
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `a mask reads back from its text and from its list`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let bits = RandomBits(using: &generator)
        let mask = try bits.mask()
        let (height, width) = (bits.height, bits.width)
        #expect(
            try RunLengthMask(height: height, width: width, compressed: mask.compressed) == mask
        )
        #expect(try RunLengthMask(height: height, width: width, counts: mask.counts) == mask)
        #expect(mask.area == bits.inside.count { $0 })
        #expect(mask.boundingBox == bits.boundingBox)
    }

    @Test(arguments: 0..<100 as Range<UInt64>)
    func `runs of any length read back from their text`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var (counts, sum): ([UInt32], Int) = ([], 0)
        let bits = Int.random(in: 1...32, using: &generator)
        while counts.count < 50 {
            let count = Int.random(in: 0..<(1 << bits), using: &generator)
            guard sum + count <= UInt32.max else { break }
            counts.append(UInt32(count))
            sum += count
        }
        try #require(sum > 0)
        let mask = try RunLengthMask(height: 1, width: sum, counts: counts)
        #expect(try RunLengthMask(height: 1, width: sum, compressed: mask.compressed) == mask)
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `overlaps are those of the pixels, from both sides`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let left = RandomBits(using: &generator)
        let right = RandomBits(height: left.height, width: left.width, using: &generator)
        let (mask, other) = (try left.mask(), try right.mask())
        let pairs = Array(zip(left.inside, right.inside))
        let both = pairs.count { $0 && $1 }
        let any = pairs.count { $0 || $1 }
        #expect(mask.intersection(with: other) == both)
        #expect(mask.union(with: other) == any)
        let expected = any == 0 ? 0 : Double(both) / Double(any)
        #expect(mask.intersectionOverUnion(other) == expected)
        #expect(other.intersectionOverUnion(mask) == expected)
        #expect(mask.intersectionOverUnion(mask) == (mask.area == 0 ? 0 : 1))
    }

    @Test func `masks of images that differ in size have nothing to compare`() throws {
        let mask = try RunLengthMask(height: 2, width: 3, counts: [0, 6])
        let turned = try RunLengthMask(height: 3, width: 2, counts: [0, 6])
        #expect(mask.intersection(with: turned) == nil)
        #expect(mask.union(with: turned) == nil)
        #expect(mask.intersectionOverUnion(turned) == nil)
    }

    @Test func `runs of no pixels change no measure and stay in the text`() throws {
        let plain = try RunLengthMask(height: 4, width: 4, counts: [5, 2, 9])
        let odd = try RunLengthMask(height: 4, width: 4, counts: [0, 0, 5, 1, 0, 1, 3, 0, 6, 0])
        #expect(odd.area == plain.area)
        #expect(odd.boundingBox == plain.boundingBox)
        #expect(odd.intersectionOverUnion(plain) == 1)
        #expect(
            try RunLengthMask(height: 4, width: 4, compressed: odd.compressed).counts == odd.counts
        )
    }

    // `5` is 5, `O` is -1, and `f` is 22 with more digits to come.
    @Test(
        arguments: [
            ("", .tooShort(missing: 16)),
            ("5", .tooShort(missing: 11)),
            ("f", .truncated), ("5f", .truncated), ("5;f", .truncated),
            ("O", .negative(run: 0)), ("5O", .negative(run: 1)),
            ("125A", .negative(run: 3)),
            ("55555", .beyondSize(run: 3)), ("9:", .beyondSize(run: 1)),
            ("a0", .beyondSize(run: 0)),
            ("ooooooO", .negative(run: 0)), ("oooooo?", .beyondSize(run: 0)),
            ("ooooooo0", .overlong(run: 0)), ("5PPPPPPP0", .overlong(run: 1)),
            ("5p", .badByte(112, offset: 1)), ("/", .badByte(47, offset: 0)),
            ("5\u{0};", .badByte(0, offset: 1)), ("5;é", .badByte(0xC3, offset: 2)),
            (" 5;", .badByte(32, offset: 0)),
        ] as [(String, RunLengthMaskError)]
    )
    func `a hostile text is refused`(text: String, error: RunLengthMaskError) {
        #expect(throws: error) { try RunLengthMask(height: 4, width: 4, compressed: text) }
        #expect(!error.description.isEmpty)
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func `any text is a mask or refused`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
            UInt8.random(in: 48...111, using: &generator)
        }
        let text = String(decoding: bytes, as: UTF8.self)
        for (height, width) in [(1, 1), (4, 4), (65_535, 65_537)] {
            do {
                let mask = try RunLengthMask(height: height, width: width, compressed: text)
                #expect(mask.counts.reduce(0) { $0 + Int($1) } == height * width)
            } catch {
                #expect(error != .badSize(height: height, width: width))
            }
        }
    }

    @Test func `needless digits are read, and not written`() throws {
        let mask = try RunLengthMask(height: 4, width: 4, compressed: "UPPPPP0;")
        #expect(mask.counts == [5, 11])
        #expect(mask.compressed == "5;")
    }

    @Test(arguments: [
        (0, 4), (4, 0), (-2, -2), (Int.max, 2), (Int.min, -1), (65_536, 65_536),
    ])
    func `a size of no pixels or too many is refused`(height: Int, width: Int) throws {
        let error = RunLengthMaskError.badSize(height: height, width: width)
        #expect(throws: error) { try RunLengthMask(height: height, width: width, compressed: "") }
        #expect(throws: error) { try RunLengthMask(height: height, width: width, counts: []) }
        let polygon = try Polygon(rings: [[0, 0, 1, 0, 1, 1]])
        #expect(throws: error) {
            try RunLengthMask(rasterizing: polygon, height: height, width: width)
        }
    }

    @Test func `the largest size has a mask`() throws {
        let mask = try RunLengthMask(height: 65_535, width: 65_537, counts: [0, .max])
        #expect(mask.area == UInt32.max)
        #expect(mask.compressed.utf8.count == 8)
        #expect(
            try RunLengthMask(height: 65_535, width: 65_537, compressed: mask.compressed) == mask
        )
        #expect(mask.intersectionOverUnion(mask) == 1)
    }
}

/// The pixels of a mask, one by one, down the columns.
private struct RandomBits {
    let height: Int
    let width: Int
    let inside: [Bool]

    init(using generator: inout SeededGenerator) {
        let height = Int.random(in: 1...20, using: &generator)
        let width = Int.random(in: 1...20, using: &generator)
        self.init(height: height, width: width, using: &generator)
    }

    init(height: Int, width: Int, using generator: inout SeededGenerator) {
        (self.height, self.width) = (height, width)
        // From none to all, and long runs as well as short ones.
        let share = Double(Int.random(in: 0...4, using: &generator)) / 4
        let run = Int.random(in: 1...15, using: &generator)
        var inside: [Bool] = []
        while inside.count < height * width {
            let bit = Double.random(in: 0..<1, using: &generator) < share
            inside += Array(repeating: bit, count: min(run, height * width - inside.count))
        }
        self.inside = inside
    }

    func mask() throws -> RunLengthMask {
        var counts: [UInt32] = [0]
        var isInside = false
        for bit in inside {
            if bit != isInside {
                counts.append(0)
                isInside = bit
            }
            counts[counts.count - 1] += 1
        }
        return try RunLengthMask(height: height, width: width, counts: counts)
    }

    var boundingBox: BoundingBox {
        let places = inside.indices.filter { inside[$0] }
        guard let left = places.map({ $0 / height }).min(),
            let right = places.map({ $0 / height }).max(),
            let top = places.map({ $0 % height }).min(),
            let bottom = places.map({ $0 % height }).max()
        else { return BoundingBox(x: 0, y: 0, width: 0, height: 0) }
        return BoundingBox(
            x: Double(left),
            y: Double(top),
            width: Double(right - left + 1),
            height: Double(bottom - top + 1)
        )
    }
}
