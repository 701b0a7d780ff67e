import CurationCore
import Foundation
import Inference
import TestKit

/// What `scripts/setup` has put into `.deps`.
enum InstalledModels {
    static let search = DependencySearch(
        environment: ProcessInfo.processInfo.environment,
        executable: Fixtures.packageRoot.appending(path: "tests").path
    )

    /// Whether the default model can be run: it cannot after a setup without network.
    static let arePresent =
        search.runtimeFile != nil
        && (try? search.modelFolder(of: EmbedderChoice.defaultModel)) != nil

    static func modelFile() throws -> String {
        let folder = try search.modelFolder(of: EmbedderChoice.defaultModel)
        return "\(folder)/\(EmbedderChoice.defaultModel).onnx"
    }
}

/// Pictures that are drawn by a formula.
enum DrawnPicture {
    /// Waves whose course depends on `seed`; `fixtures/models/make_golden.py` draws the same.
    static func waves(side: Int, seed: Int) -> PixelBuffer {
        draw(side: side) { x, y, channel in
            UInt8((x * (3 + channel) + y * (5 + seed) + x * y / 7 + channel * 40) & 255)
        }
    }

    static func draw(
        side: Int,
        _ value: (_ x: Int, _ y: Int, _ channel: Int) -> UInt8
    ) -> PixelBuffer {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(side * side * 3)
        for y in 0..<side {
            for x in 0..<side {
                for channel in 0..<3 { bytes.append(value(x, y, channel)) }
            }
        }
        return PixelBuffer(width: side, height: side, bytes: bytes)
    }
}
