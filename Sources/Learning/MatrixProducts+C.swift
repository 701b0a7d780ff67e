import CMatrixKernels

/// The instruction set that products are computed with.
///
/// Sums are rounded differently from one to the next, and always alike on the same one.
package enum ProductKernel: Int32, Sendable, CaseIterable {
    /// What every processor runs.
    case portable
    /// 256 bits at a time.
    case avx2
    /// 512 bits at a time.
    case avx512

    /// The fastest of this machine.
    package static let best = ProductKernel(rawValue: cmk_best_level()) ?? .portable
}

// The `unsafe` here lends memory that the matrices own for the time of one call, with its true size: a
// matrix has `rows` rows of `stride` groups of four numbers.
extension Matrix {
    /// This matrix times `right` transposed: the dot products of all pairs of rows.
    package func timesTransposed(
        _ right: Matrix,
        kernel: ProductKernel = .best
    ) -> Matrix {
        precondition(columns == right.columns, "the factors have rows of one length")
        var product = Matrix(rows: rows, columns: right.rows)
        guard rows > 0, right.rows > 0, stride > 0 else { return product }
        let (size, length) = (product.stride * 4, Int64(stride * 4))
        let counts = (Int64(rows), Int64(right.rows))
        unsafe groups.withUnsafeBytes { lefts in
            unsafe right.groups.withUnsafeBytes { rights in
                unsafe product.groups.withUnsafeMutableBytes { products in
                    guard let left = lefts.baseAddress, let right = rights.baseAddress,
                        let sums = products.baseAddress
                    else { return }
                    unsafe cmk_products(
                        kernel.rawValue,
                        cmk_rows(values: left, count: counts.0, stride: length),
                        cmk_rows(values: right, count: counts.1, stride: length),
                        sums,
                        Int64(size)
                    )
                }
            }
        }
        return product
    }
}
