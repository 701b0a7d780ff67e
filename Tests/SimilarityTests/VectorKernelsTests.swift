import CurationCore
import Similarity
import Testing

@Suite struct VectorKernelsTests {
    static let levels = VectorKernels.Level.allCases.filter { $0 <= VectorKernels.bestLevel }

    @Test func `a level that the machine lacks gives the best below it`() {
        #expect(VectorKernels(level: .avx512).level == VectorKernels.bestLevel)
        #expect(VectorKernels(level: .scalar).level == .scalar)
    }

    // Any order of n products and sums in single precision stays within n units in the last place,
    // each half of 2^-23, of the sum of the magnitudes (Higham 2002, section 3.1), give or take the
    // square of that.
    @Test(arguments: levels, [0, 1, 2, 7, 8, 15, 16, 17, 31, 32, 33, 63, 511, 1280])
    func `a dot product is within the rounding bound`(level: VectorKernels.Level, count: Int) {
        var generator = SeededGenerator(seed: UInt64(count))
        let left = SyntheticRows.normal(count, &generator)
        let right = SyntheticRows.normal(count, &generator)
        let products = zip(left, right).map { Double($0) * Double($1) }
        let bound = Double(count + 1) * 0x1p-24 * products.reduce(0) { $0 + abs($1) }
        let result = Double(VectorKernels(level: level).dot(left[...], right[...]))
        #expect(abs(result - products.reduce(0, +)) <= bound * 1.01)
    }

    @Test(arguments: levels) func `a dot product reads the part it is given`(
        level: VectorKernels.Level
    ) {
        let values: [Float] = [100, 1, 2, 3, 100]
        #expect(VectorKernels(level: level).dot(values[1..<4], values[1..<4]) == 14)
    }
}
