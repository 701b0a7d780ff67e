import CurationCore

/// Looks for EXIF in the bytes as in a file of each format, and reads them as EXIF themselves.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzExif(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    for format in [ImageFormat.jpeg, .png, .webp] {
        _ = Orientation(of: bytes, format: format)
        _ = ImageFacts(of: bytes, format: format)
        if let block = ExifBlock.find(in: bytes, format: format) { read(block) }
    }
    read(bytes[...])
    return 0
}

/// Visits all that a reader of EXIF can visit.
private func read(_ block: ArraySlice<UInt8>) {
    guard let reader = TIFFReader(block) else { return }
    let fields = reader.firstDirectory()
    for directory in [fields, reader.subdirectory(0x8769, of: fields)] {
        for field in directory {
            _ = reader.integer(field.tag, of: directory)
            _ = reader.text(field.tag, of: directory)
        }
    }
}
