import CurationCore
import Foundation
import Testing

@Suite struct CanonicalJSONTests {
    @Test func `keys are sorted and numbers are short`() {
        let value = CanonicalJSON.object([
            "b": .array([.integer(-1), .number(10), .number(0.1), .number(-0.5), .null]),
            "a": .string("\"\\/\n\u{1}ü😀"), "ä": .bool(true), "B": .unsigned(.max),
        ])
        let text =
            #"{"B":18446744073709551615,"a":"\"\\/\u000a\u0001ü😀","#
            + #""b":[-1,10,0.1,-0.5,null],"ä":true}"#
        #expect(String(decoding: value.bytes, as: UTF8.self) == text)
    }

    @Test(arguments: [
        0, 1e-7, 1e22, .leastNonzeroMagnitude, 1.0 / 3, 9_007_199_254_740_994, -123.25, 1e300,
    ])
    func `a number is read back the same`(value: Double) throws {
        let bytes = CanonicalJSON.array([.number(value)]).bytes
        #expect(try JSONDecoder().decode([Double].self, from: Data(bytes)) == [value])
    }
}
