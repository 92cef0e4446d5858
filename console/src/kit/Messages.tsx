/** Short messages after an action, said aloud to screen readers as well. They go by themselves; nothing depends on them. */
import { createContext, useCallback, useContext, useRef, useState, type ReactNode } from 'react';
import { messageOf } from '../api/problem.js';

interface Message {
  id: number;
  text: string;
  bad: boolean;
}

interface Say {
  done: (text: string) => void;
  failed: (error: unknown) => void;
}

const SHOWN_MS = 6_000;
const SayContext = createContext<Say>({ done: () => undefined, failed: () => undefined });
export const useSay = () => useContext(SayContext);

export function Messages({ children }: { children: ReactNode }) {
  const [messages, setMessages] = useState<Message[]>([]);
  const nextId = useRef(0);
  const add = useCallback((text: string, bad: boolean) => {
    const id = nextId.current++;
    setMessages((before) => [...before.slice(-2), { id, text, bad }]);
    window.setTimeout(() => setMessages((before) => before.filter((one) => one.id !== id)), SHOWN_MS);
  }, []);
  const [say] = useState<Say>(() => ({
    done: (text) => add(text, false),
    failed: (error) => add(messageOf(error), true),
  }));
  return (
    <SayContext.Provider value={say}>
      {children}
      <div className="messages" role="status" aria-live="polite">
        {messages.map(({ id, text, bad }) => (
          <div key={id} className={bad ? 'message message-bad' : 'message'}>
            {text}
          </div>
        ))}
      </div>
    </SayContext.Provider>
  );
}
