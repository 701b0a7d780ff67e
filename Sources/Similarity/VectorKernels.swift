/// The inner loops over vectors, in the instruction set that was chosen.
///
/// Scalar code is the truth; the others differ from it by rounding only.
package struct VectorKernels: Sendable, Equatable {
    /// Instruction sets with kernels of their own, slow ones first.
    package enum Level: Int32, Sendable, CaseIterable, Comparable {
        case scalar = 0
        case avx2 = 1
        case avx512 = 2

        /// Orders levels by speed.
        package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    /// The instruction set in use.
    package let level: Level

    /// Uses `level`, or the best below it that this machine has.
    package init(level: Level = .avx512) { self.level = min(level, Self.bestLevel) }
}
