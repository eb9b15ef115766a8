package tnef

import (
	"encoding/binary"
)

// Message is what a winmail.dat holds. Strings are bytes in Codepage unless they came as UTF-16, and are then UTF-8.
type Message struct {
	Body     []byte // plain text
	HTML     []byte
	RTF      []byte // decompressed
	Codepage int    // Windows code page of Body and names, 0 where it does not say
	Files    []File
	Cut      bool // it ended early
}

// File is one attached file.
type File struct {
	Name      []byte
	Type      string
	ContentID string
	Content   []byte // shares memory with the input
}

const (
	signature = 0x223E9F78 // [MS-OXTNEF], section 2.1.3.1
	maxFiles  = 100
)

// Attributes, [MS-OXTNEF], section 2.1.3.2: level, then type and name.
const (
	attBody           = 0x0002800C
	attMsgProps       = 0x00069003
	attOemCodepage    = 0x00069007
	attAttachRendData = 0x00069002
	attAttachTitle    = 0x00018010
	attAttachData     = 0x0006800F
	attAttachment     = 0x00069005
)

// Read reads b. It is false where b is no TNEF at all.
func Read(b []byte) (*Message, bool) {
	if len(b) < 6 || binary.LittleEndian.Uint32(b) != signature {
		return nil, false
	}
	m := &Message{}
	for b = b[6:]; len(b) > 0; {
		if len(b) < 9 {
			m.Cut = true
			break
		}
		id, n := binary.LittleEndian.Uint32(b[1:]), binary.LittleEndian.Uint32(b[5:])
		b = b[9:]
		if uint64(n)+2 > uint64(len(b)) {
			m.Cut = true
			break
		}
		m.attribute(id, b[:n])
		b = b[n+2:] // and a checksum that Outlook itself gets wrong
	}
	return m, true
}

func (m *Message) attribute(id uint32, data []byte) {
	var f *File
	if len(m.Files) > 0 {
		f = &m.Files[len(m.Files)-1]
	}
	switch id {
	case attOemCodepage:
		if len(data) >= 4 {
			m.Codepage = int(binary.LittleEndian.Uint32(data))
		}
	case attBody:
		m.Body = untilNUL(data)
	case attMsgProps:
		for _, p := range properties(data) {
			m.property(p)
		}
	case attAttachRendData:
		if len(m.Files) < maxFiles {
			m.Files = append(m.Files, File{})
		}
	case attAttachTitle:
		if f != nil && f.Name == nil {
			f.Name = untilNUL(data)
		}
	case attAttachData:
		if f != nil {
			f.Content = data
		}
	case attAttachment:
		if f != nil {
			for _, p := range properties(data) {
				f.property(p)
			}
		}
	}
}

// Properties, [MS-OXPROPS].
const (
	propBody          = 0x1000
	propRTF           = 0x1009
	propHTML          = 0x1013
	propCodepage      = 0x3FDE
	propAttachData    = 0x3701
	propAttachName    = 0x3704
	propAttachLong    = 0x3707
	propAttachType    = 0x370E
	propAttachContent = 0x3712
	propDisplayName   = 0x3001
)

func (m *Message) property(p property) {
	switch p.id {
	case propBody:
		m.Body = p.text()
	case propHTML:
		m.HTML = p.text()
	case propRTF:
		m.RTF, _ = Decompress(p.value)
	case propCodepage:
		if len(p.value) >= 4 && m.Codepage == 0 {
			m.Codepage = int(binary.LittleEndian.Uint32(p.value))
		}
	}
}

func (f *File) property(p property) {
	switch p.id {
	case propAttachLong:
		f.Name = p.text()
	case propAttachName, propDisplayName:
		if f.Name == nil {
			f.Name = p.text()
		}
	case propAttachType:
		f.Type = string(p.text())
	case propAttachContent:
		f.ContentID = string(p.text())
	case propAttachData:
		if f.Content == nil {
			f.Content = p.value
		}
	}
}

func untilNUL(b []byte) []byte {
	for i, c := range b {
		if c == 0 {
			return b[:i]
		}
	}
	return b
}
