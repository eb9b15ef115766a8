package mime

// Caps on what is read (DESIGN, section 9). Each is far above what mail clients make and far below what hurts.
const (
	MaxHeader      = 256 << 10 // bytes of a header block; long Received and ARC chains stay under 64 KiB
	MaxField       = 64 << 10  // bytes of one field; 500 addresses of 60 bytes fit twice
	MaxFields      = 4000      // fields of one header block: keeps a block of tiny lines cheap
	MaxDepth       = 10        // multiparts within one another; forwards of forwards reach 6
	MaxParts       = 1000      // parts of one mail, digests included
	MaxParams      = 64        // parameters of one Content field, RFC 2231 pieces included
	MaxAddresses   = 500       // addresses of From, To, Cc, Bcc and Reply-To together
	MaxAttachments = 100       //
	MaxName        = 150       // bytes of a file name, as UTF-8
	MaxNested      = 3         // attached messages within one another that are opened
	MaxText        = 1 << 20   // bytes of a text part that are shown: 300 pages; the whole part is attached
	MaxReferences  = 21        // the first and the last twenty
	maxBoundary    = 1000      // RFC 2046, section 5.1.1 allows 70; real ones reach 200
)
