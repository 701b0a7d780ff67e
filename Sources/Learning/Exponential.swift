/// The exponential and the logarithm, computed the same way on every machine.
///
/// The C library's differ in the last bits from system to system, and a review plan must not.
package enum Exponential {
    private static let ln2 = 0.693147180559945309417

    /// e to the power of `x`, to about 14 digits; 0 below -700.
    package static func exp(_ x: Double) -> Double {
        guard x > -700 else { return 0 }
        guard x < 700 else { return .infinity }
        let power = (x / ln2).rounded()
        let rest = x - power * ln2
        var sum = 1.0
        var factor = 13.0
        // Horner's scheme of the Taylor series; |rest| is at most ln 2 / 2.
        while factor > 0 {
            sum = 1 + sum * rest / factor
            factor -= 1
        }
        return Double(sign: .plus, exponent: Int(power), significand: sum)
    }

    /// e to the power of `x`, to about 7 digits; 0 below -87.
    package static func exp(_ x: Float) -> Float {
        guard x > -87 else { return 0 }
        let power = (min(x, 88) * 1.442695041).rounded(.toNearestOrEven)
        let rest = (min(x, 88) - power * 0.693359375) + power * 2.12194440e-4
        var sum: Float = 1 / 5040
        sum = sum * rest + 1 / 720
        sum = sum * rest + 1 / 120
        sum = sum * rest + 1 / 24
        sum = sum * rest + 1 / 6
        sum = sum * rest + 0.5
        sum = sum * rest + 1
        sum = sum * rest + 1
        return sum * Float(bitPattern: UInt32(bitPattern: Int32(power) + 127) << 23)
    }

    /// The natural logarithm of `x` > 0, to about 14 digits.
    package static func log(_ x: Double) -> Double {
        guard x > 0 else { return -.infinity }
        guard x.isFinite else { return x }
        var significand = x.significand
        var exponent = Double(x.exponent)
        if significand > 1.414213562373095 {
            significand /= 2
            exponent += 1
        }
        // log m = 2 artanh((m - 1) / (m + 1)), whose series converges fast near m = 1.
        let ratio = (significand - 1) / (significand + 1)
        let square = ratio * ratio
        var sum = 0.0
        var term = 21.0
        while term > 0 {
            sum = sum * square + 1 / term
            term -= 2
        }
        return exponent * ln2 + 2 * ratio * sum
    }
}
