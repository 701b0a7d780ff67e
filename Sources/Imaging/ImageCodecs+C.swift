import CImageCodecs
import CurationCore

/// The calls of the C codecs, as functions over Swift values.
enum ImageCodecs {
    /// The formats that become pixels.
    static let decoded: Set<ImageFormat> = [.jpeg, .png, .webp]

    /// Lets the process keep the memory of pictures that were freed.
    static func keepFreedPages() { cic_keep_freed_pages() }

    /// The size of the stored pixels, by the header.
    static func probe(
        _ bytes: [UInt8],
        format: ImageFormat,
        pixelLimit: Int
    ) throws(ImagingError) -> PixelSize {
        guard decoded.contains(format) else { throw .unsupported(format) }
        var header = cic_header()
        var message = Self.message()
        let limit = UInt64(pixelLimit)
        let status = unsafe bytes.withUnsafeBufferPointer { source in
            // A file has a signature, so there is at least one byte.
            guard let base = source.baseAddress else { return CIC_TRUNCATED }
            switch format {
            case .jpeg:
                return unsafe cic_jpeg_probe(base, source.count, limit, &header, &message)
            case .png:
                return unsafe cic_png_probe(base, source.count, limit, &header, &message)
            default:
                return unsafe cic_webp_probe(base, source.count, limit, &header, &message)
            }
        }
        let size = PixelSize(width: Int(header.width), height: Int(header.height))
        if status == CIC_TOO_LARGE {
            throw .tooLarge(width: size.width, height: size.height, limit: pixelLimit)
        }
        if status == CIC_BOMB {
            throw .bomb(format, width: size.width, height: size.height, bytes: bytes.count)
        }
        try check(status, message, format: format, size: size)
        return size
    }

    /// Checks that a file is sound when decoding it at `eighths`/8 of its size needs much memory.
    static func check(
        _ bytes: [UInt8],
        header: ImageHeader,
        eighths: Int
    ) throws(ImagingError) {
        var message = Self.message()
        let status = unsafe bytes.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return CIC_TRUNCATED }
            switch header.format {
            case .jpeg:
                return unsafe cic_jpeg_check(base, source.count, UInt32(eighths), &message)
            case .png: return unsafe cic_png_check(base, source.count, &message)
            default: return unsafe cic_webp_check(base, source.count, &message)
            }
        }
        try check(status, message, format: header.format, size: header.storedSize)
    }

    /// Decodes the stored pixels at `eighths`/8 of their size; WebP and interlaced PNG at 8 only.
    static func decode(
        _ bytes: [UInt8],
        header: ImageHeader,
        eighths: Int
    ) throws(ImagingError) -> (pixels: PixelBuffer, damage: ImageDamage?) {
        let size = header.storedSize
        let width = (size.width * eighths + 7) / 8
        let height = (size.height * eighths + 7) / 8
        var call = Call(
            format: header.format,
            expected: cic_header(width: UInt32(width), height: UInt32(height)),
            eighths: UInt32(eighths)
        )
        let rgb = unsafe pixelBytes(width, height) { target in
            unsafe bytes.withUnsafeBufferPointer { source in unsafe call.run(source, target) }
            return call.status == CIC_OK
        }
        try check(call.status, call.message, format: header.format, size: size)
        let pixels = PixelBuffer(width: width, height: height, bytes: rgb)
        return (pixels, Self.damage(call.damage))
    }

    /// One call of a decoder, and what it says beside the pixels.
    private struct Call {
        let format: ImageFormat
        let expected: cic_header
        let eighths: UInt32
        var status = CIC_TRUNCATED
        var damage = CIC_DAMAGE_NONE
        var message = ImageCodecs.message()

        @unsafe mutating func run(
            _ source: UnsafeBufferPointer<UInt8>,
            _ target: UnsafeMutablePointer<UInt8>
        ) {
            guard let base = source.baseAddress else { return }
            let count = source.count
            switch format {
            case .jpeg:
                unsafe status = cic_jpeg_decode(
                    base,
                    count,
                    eighths,
                    expected,
                    target,
                    &damage,
                    &message
                )
            case .png:
                unsafe status = cic_png_decode(
                    base,
                    count,
                    eighths,
                    expected,
                    target,
                    &damage,
                    &message
                )
            default:
                unsafe status = cic_webp_decode(base, count, expected, target, &damage, &message)
            }
        }
    }

    private static func damage(_ code: cic_damage) -> ImageDamage? {
        switch code {
        case CIC_DAMAGE_TRUNCATED: .truncated
        case CIC_DAMAGE_CORRUPT: .corrupt
        default: nil
        }
    }

    /// Scales pixels; both sides are positive.
    static func resize(
        _ pixels: PixelBuffer,
        width: Int,
        height: Int,
        plainly: Bool
    ) -> PixelBuffer {
        let rgb = unsafe pixelBytes(width, height) { target in
            let status = unsafe withBase(pixels) { source in
                unsafe cic_resize(
                    source,
                    UInt32(pixels.width),
                    UInt32(pixels.height),
                    target,
                    UInt32(width),
                    UInt32(height),
                    plainly ? 1 : 0
                )
            }
            precondition(status == CIC_OK, "out of memory")
            return true
        }
        return PixelBuffer(width: width, height: height, bytes: rgb)
    }

    /// Turns pixels upright.
    static func turn(_ pixels: PixelBuffer, _ orientation: Orientation) -> PixelBuffer {
        let width = orientation.swapsSides ? pixels.height : pixels.width
        let height = orientation.swapsSides ? pixels.width : pixels.height
        let rgb = unsafe pixelBytes(width, height) { target in
            unsafe withBase(pixels) { source in
                unsafe cic_orient(
                    source,
                    UInt32(pixels.width),
                    UInt32(pixels.height),
                    Int32(orientation.rawValue),
                    target
                )
            }
            return true
        }
        return PixelBuffer(width: width, height: height, bytes: rgb)
    }

    /// Encodes a picture as JPEG.
    static func encodeJPEG(_ pixels: PixelBuffer, quality: Int) -> [UInt8] {
        // Noise at the best quality may need more than the pixels themselves: then once more.
        var capacity = pixels.bytes.count + 4096
        while true {
            var needed = 0
            let file = unsafe [UInt8](unsafeUninitializedCapacity: capacity) {
                target,
                initialized in
                guard let base = target.baseAddress else { return }
                var message = Self.message()
                let status = unsafe withBase(pixels) { source in
                    unsafe cic_jpeg_encode(
                        source,
                        UInt32(pixels.width),
                        UInt32(pixels.height),
                        Int32(quality),
                        base,
                        capacity,
                        &needed,
                        &message
                    )
                }
                precondition(status == CIC_OK, "out of memory")
                initialized = min(needed, capacity)
            }
            // A copy without the room that was not needed.
            if needed <= capacity { return Array(file[...]) }
            capacity = needed
        }
    }

    /// Makes the bytes of RGB pixels without zeroing them first; none when `fill` says false.
    @unsafe private static func pixelBytes(
        _ width: Int,
        _ height: Int,
        _ fill: (UnsafeMutablePointer<UInt8>) -> Bool
    ) -> [UInt8] {
        let count = width * height * 3
        return unsafe [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
            guard let base = target.baseAddress else { return }
            initialized = unsafe fill(base) ? count : 0
        }
    }

    /// Lends the pixels; they are at least one, or there is nothing that C would read.
    @unsafe private static func withBase<Result>(
        _ pixels: PixelBuffer,
        _ body: (UnsafePointer<UInt8>) -> Result
    ) -> Result {
        unsafe pixels.bytes.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else {
                preconditionFailure("a picture has at least one pixel")
            }
            return unsafe body(base)
        }
    }

    private static func message() -> [CChar] {
        [CChar](repeating: 0, count: Int(CIC_MESSAGE_SIZE))
    }

    /// Throws what a status of the C codecs means.
    private static func check(
        _ status: cic_status,
        _ message: [CChar],
        format: ImageFormat,
        size: PixelSize
    ) throws(ImagingError) {
        guard status != CIC_OK else { return }
        let text = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let reason = String(decoding: text, as: UTF8.self)
        switch status {
        case CIC_TRUNCATED: throw .truncated(format, reason: reason)
        case CIC_UNSUPPORTED: throw .unsupportedFeature(format, reason: reason)
        case CIC_OUT_OF_MEMORY: throw .outOfMemory(width: size.width, height: size.height)
        default: throw .corrupt(format, reason: reason)
        }
    }
}
