import ArgumentParser
import Curation
import CurationCore
import Foundation
import Imaging

/// `winnow-bench decode`.
struct DecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Decodes pictures and squeezes them to a square, as embedding does.",
        discussion: "The bytes of the files are in memory when the clock starts."
    )

    @Argument(help: "A folder of pictures.") var folder: String
    @Option(help: "The side of the square.") var size = 224
    @Option(help: "A table of the results: path, size, digest of the square's pixels, failure.")
    var out: String?
    @OptionGroup var options: CoreOptions

    private struct Square: Sendable {
        var width = 0
        var height = 0
        var pixels: PixelBuffer?
        var failure: String?
    }

    func validate() throws {
        guard (1...4096).contains(size) else { throw ValidationError("--size is 1 to 4096") }
    }

    func run() throws {
        let cores = options.cores
        let pictures = try PictureFolder(folder)
        let contents = try pictures.files.map {
            Array(try Data(contentsOf: URL(filePath: $0.path)))
        }
        var measurement = Measurement(work: "decode", count: contents.count)
        let side = size
        let keepsPixels = out != nil
        let squares = measurement.time {
            cores.map(contents) { Self.square(of: $0, side, keepsPixels: keepsPixels) }
        }
        measurement.rate("images", of: Double(contents.count))
        let pixels = squares.reduce(0) { $0 + $1.width * $1.height }
        measurement.rate("megapixels", of: Double(pixels) / 1e6)
        measurement.quality = ["failed": Double(squares.count { $0.failure != nil })]
        if let out {
            let rows = zip(pictures.files, squares).map { file, square in
                [
                    file.relativePath, "\(square.width)", "\(square.height)",
                    square.pixels.map { ContentDigest(of: $0.bytes).hex } ?? "",
                    square.failure ?? "",
                ]
            }
            let columns = ["path", "width", "height", "pixels_sha256", "failure"]
            try ResultFile.write(columns: columns, rows: rows, to: out)
        }
        measurement.show(threads: cores.count)
    }

    private static func square(of bytes: [UInt8], _ side: Int, keepsPixels: Bool) -> Square {
        do throws(ImagingError) {
            let image = try ImageDecoder().decode(bytes, atLeast: side)
            let pixels = image.pixels.resized(width: side, height: side)
            return Square(
                width: image.width,
                height: image.height,
                pixels: keepsPixels ? pixels : nil,
                failure: image.damage?.rawValue
            )
        } catch {
            return Square(failure: error.code.rawValue)
        }
    }
}
